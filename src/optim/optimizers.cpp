#include <algorithm>
#include <cmath>

#include "convoy/error.h"
#include "core/text.h"
#include "kernels/optimizer.h"
#include "optim/keys.h"
#include "optim/optimizer.h"

namespace convoy {
namespace {

KeySpec rate(double fallback) {
  return number("learning_rate", fallback, "The size of a step, before the schedule's factor.", 1e-30);
}
KeySpec decay(double fallback) {
  return number("weight_decay", fallback,
                "Decoupled weight decay: kernels shrink by this share of the learning rate each step (Loshchilov & "
                "Hutter 2019).");
}
KeySpec epsilon() { return number("epsilon", 1e-7, "Keeps the division away from zero.", 1e-30); }

/// What all rules share: decay ahead of the step, as in Keras.
class Decayed : public Optimizer {
 public:
  explicit Decayed(const Settings& settings) : weight_decay_(settings.number("weight_decay")) {}

  void update(const Piece& piece, double learning_rate, std::uint64_t step) const final {
    if (piece.decayed && weight_decay_ > 0) {
      kernels::optimizer().scale(piece.parameters, piece.count, static_cast<float>(1 - learning_rate * weight_decay_));
    }
    descend(piece, learning_rate, step);
  }

 private:
  virtual void descend(const Piece& piece, double learning_rate, std::uint64_t step) const = 0;

  double weight_decay_;
};

/// Kingma & Ba 2015, "Adam: a method for stochastic optimization", with Keras's place of epsilon: outside the bias
/// correction.
class AdamRule final : public Decayed {
 public:
  explicit AdamRule(const Settings& settings)
      : Decayed(settings),
        beta_1_(settings.number("beta_1")),
        beta_2_(settings.number("beta_2")),
        epsilon_(settings.number("epsilon")) {}

  std::vector<std::string> slot_names() const override { return {"m", "v"}; }

  static std::vector<KeySpec> keys(double weight_decay) {
    return {rate(1e-3), number("beta_1", 0.9, "The share of the mean gradient that is kept.", 0, 0.999999),
            number("beta_2", 0.999, "The share of the mean squared gradient that is kept.", 0, 0.9999999), epsilon(),
            decay(weight_decay)};
  }

 private:
  void descend(const Piece& piece, double learning_rate, std::uint64_t step) const override {
    const auto t = static_cast<double>(step);
    const double corrected = learning_rate * std::sqrt(1 - std::pow(beta_2_, t)) / (1 - std::pow(beta_1_, t));
    kernels::optimizer().adam(piece.parameters, piece.slots[0], piece.slots[1], piece.gradients, piece.count,
                              static_cast<float>(corrected), static_cast<float>(1 - beta_1_),
                              static_cast<float>(1 - beta_2_), static_cast<float>(epsilon_));
  }

  double beta_1_;
  double beta_2_;
  double epsilon_;
};

class SgdRule final : public Decayed {
 public:
  explicit SgdRule(const Settings& settings)
      : Decayed(settings), momentum_(settings.number("momentum")), nesterov_(settings.flag("nesterov")) {}

  std::vector<std::string> slot_names() const override {
    return momentum_ > 0 ? std::vector<std::string>{"velocity"} : std::vector<std::string>{};
  }

  static std::vector<KeySpec> keys() {
    return {rate(1e-2),
            number("momentum", 0, "The share of the last step that is taken again; 0 for plain descent.", 0, 0.999999),
            {.name = "nesterov",
             .kind = Kind::flag,
             .fallback = Value{false},
             .doc = "Look ahead along the momentum (Nesterov 1983)."},
            decay(0)};
  }

 private:
  void descend(const Piece& piece, double learning_rate, std::uint64_t) const override {
    const auto rate = static_cast<float>(learning_rate);
    if (momentum_ == 0) {
      kernels::optimizer().descend(piece.parameters, piece.gradients, piece.count, rate);
    } else {
      kernels::optimizer().momentum(piece.parameters, piece.slots[0], piece.gradients, piece.count, rate,
                                    static_cast<float>(momentum_), nesterov_);
    }
  }

  double momentum_;
  bool nesterov_;
};

/// Tieleman & Hinton 2012, "Lecture 6.5 - RMSProp".
class RmspropRule final : public Decayed {
 public:
  explicit RmspropRule(const Settings& settings)
      : Decayed(settings),
        rho_(settings.number("rho")),
        momentum_(settings.number("momentum")),
        epsilon_(settings.number("epsilon")) {}

  std::vector<std::string> slot_names() const override { return {"mean_square", "velocity"}; }

  static std::vector<KeySpec> keys() {
    return {rate(1e-3), number("rho", 0.9, "The share of the mean squared gradient that is kept.", 0, 0.999999),
            number("momentum", 0, "The share of the last step that is taken again.", 0, 0.999999), epsilon(), decay(0)};
  }

 private:
  void descend(const Piece& piece, double learning_rate, std::uint64_t) const override {
    kernels::optimizer().rmsprop(piece.parameters, piece.slots[0], piece.slots[1], piece.gradients, piece.count,
                                 static_cast<float>(learning_rate), static_cast<float>(1 - rho_),
                                 static_cast<float>(momentum_), static_cast<float>(epsilon_));
  }

  double rho_;
  double momentum_;
  double epsilon_;
};

template <class Rule>
std::unique_ptr<Optimizer> make_rule(const Settings& settings) {
  return std::make_unique<Rule>(settings);
}

}  // namespace

const std::vector<OptimizerType>& optimizer_types() {
  static const std::vector<OptimizerType> types = {
      {{"adam", "Adam (Kingma & Ba 2015), with Keras's defaults.", AdamRule::keys(0)}, make_rule<AdamRule>},
      {{"adamw", "Adam with decoupled weight decay (Loshchilov & Hutter 2019).", AdamRule::keys(4e-3)},
       make_rule<AdamRule>},
      {{"sgd", "Stochastic gradient descent, with momentum if wanted.", SgdRule::keys()}, make_rule<SgdRule>},
      {{"rmsprop", "RMSprop (Tieleman & Hinton 2012).", RmspropRule::keys()}, make_rule<RmspropRule>},
  };
  return types;
}

const std::vector<KeySpec>& common_optimizer_keys() {
  static const std::vector<KeySpec> keys = {
      number("clip_norm", 0, "Scale all gradients down when their joint norm is larger; 0 for no limit."),
      number("clip_value", 0, "Limit each gradient to this size; 0 for no limit."),
      {.name = "decay_all",
       .kind = Kind::flag,
       .fallback = Value{false},
       .doc = "Let weight decay act on biases and on batch norm's gamma and beta as well."},
  };
  return keys;
}

std::unique_ptr<Optimizer> make_optimizer(const Spec& spec) {
  const auto& types = optimizer_types();
  const auto row = std::ranges::find(types, spec.type, [](const OptimizerType& type) { return type.spec.name; });
  if (row != types.end()) return row->make(spec.settings);
  Texts names;
  for (const auto& type : types) names.push_back(type.spec.name);
  throw Error(ErrorKind::config,
              "unknown optimizer \"" + spec.type + "\": expected " + join_or(names) + did_you_mean(spec.type, names));
}

}  // namespace convoy
