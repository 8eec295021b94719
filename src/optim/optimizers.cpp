#include "convoy/optimizers.h"

#include <cmath>

#include "kernels/optimizer.h"
#include "optim/optimizer.h"

namespace convoy {
namespace {

/// The keys that all optimizers share.
template <class Options>
Fields<Options> shared_fields() {
  return Fields<Options>()
      .add("clip_norm", [](Options& options) -> double& { return options.clipping.clip_norm; },
           "Scale all gradients down when their joint norm is larger; 0 for no limit.", {.min = 0})
      .add("clip_value", [](Options& options) -> double& { return options.clipping.clip_value; },
           "Limit each gradient to this size; 0 for no limit.", {.min = 0})
      .add("decay_all", &Options::decay_all,
           "Let weight decay act on biases and on batch norm's gamma and beta as well.");
}

template <class Options>
Fields<Options> rate_field() {
  return Fields<Options>().add("learning_rate", &Options::learning_rate,
                               "The size of a step, before the schedule's factor.", {.min = 1e-30});
}

/// The keys that some share.
template <class Options>
Fields<Options> decay_field() {
  return Fields<Options>().add("weight_decay", &Options::weight_decay,
                               "Decoupled weight decay: kernels shrink by this share of the learning rate each step "
                               "(Loshchilov & Hutter 2019).",
                               {.min = 0});
}
template <class Options>
Fields<Options> epsilon_field() {
  return Fields<Options>().add("epsilon", &Options::epsilon, "Keeps the division away from zero.", {.min = 1e-30});
}

constexpr double most_kept = 0.999999;

/// What all rules share: decay ahead of the step, as in Keras.
class Decayed : public Optimizer {
 public:
  explicit Decayed(double weight_decay) : weight_decay_(weight_decay) {}

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
  template <class Options>
  explicit AdamRule(const Options& options)
      : Decayed(options.weight_decay), beta_1_(options.beta_1), beta_2_(options.beta_2), epsilon_(options.epsilon) {}

  std::vector<std::string> slot_names() const override { return {"m", "v"}; }

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

template <class Options>
Fields<Options> adam_fields() {
  return Fields<Options>()
      .add_all(rate_field<Options>())
      .add("beta_1", &Options::beta_1, "The share of the mean gradient that is kept.", {.min = 0, .max = most_kept})
      .add("beta_2", &Options::beta_2, "The share of the mean squared gradient that is kept.",
           {.min = 0, .max = 0.9999999})
      .add_all(epsilon_field<Options>())
      .add_all(decay_field<Options>());
}

const Described<Adam>& adam() {
  static const Described<Adam> all{"adam", "Adam (Kingma & Ba 2015), with Keras's defaults.", adam_fields<Adam>(),
                                   shared_fields<Adam>()};
  return all;
}

const Described<AdamW>& adamw() {
  static const Described<AdamW> all{"adamw", "Adam with decoupled weight decay (Loshchilov & Hutter 2019).",
                                    adam_fields<AdamW>(), shared_fields<AdamW>()};
  return all;
}

class SgdRule final : public Decayed {
 public:
  explicit SgdRule(const SGD& options)
      : Decayed(options.weight_decay), momentum_(options.momentum), nesterov_(options.nesterov) {}

  std::vector<std::string> slot_names() const override {
    return momentum_ > 0 ? std::vector<std::string>{"velocity"} : std::vector<std::string>{};
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

const Described<SGD>& sgd() {
  static const Described<SGD> all{
      "sgd", "Stochastic gradient descent, with momentum if wanted.",
      Fields<SGD>()
          .add_all(rate_field<SGD>())
          .add("momentum", &SGD::momentum, "The share of the last step that is taken again; 0 for plain descent.",
               {.min = 0, .max = most_kept})
          .add("nesterov", &SGD::nesterov, "Look ahead along the momentum (Nesterov 1983).")
          .add_all(decay_field<SGD>()),
      shared_fields<SGD>()};
  return all;
}

/// Tieleman & Hinton 2012, "Lecture 6.5 - RMSProp".
class RmspropRule final : public Decayed {
 public:
  explicit RmspropRule(const RMSprop& options)
      : Decayed(options.weight_decay), rho_(options.rho), momentum_(options.momentum), epsilon_(options.epsilon) {}

  std::vector<std::string> slot_names() const override { return {"mean_square", "velocity"}; }

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

const Described<RMSprop>& rmsprop() {
  static const Described<RMSprop> all{
      "rmsprop", "RMSprop (Tieleman & Hinton 2012).",
      Fields<RMSprop>()
          .add_all(rate_field<RMSprop>())
          .add("rho", &RMSprop::rho, "The share of the mean squared gradient that is kept.",
               {.min = 0, .max = most_kept})
          .add("momentum", &RMSprop::momentum, "The share of the last step that is taken again.",
               {.min = 0, .max = most_kept})
          .add_all(epsilon_field<RMSprop>())
          .add_all(decay_field<RMSprop>()),
      shared_fields<RMSprop>()};
  return all;
}

}  // namespace

const std::vector<OptimizerType>& optimizer_types() {
  static const std::vector<OptimizerType> types = {
      type_row<Optimizer, AdamRule>(adam()),
      type_row<Optimizer, AdamRule>(adamw()),
      type_row<Optimizer, SgdRule>(sgd()),
      type_row<Optimizer, RmspropRule>(rmsprop()),
  };
  return types;
}

std::vector<KeySpec> common_optimizer_keys() { return shared_fields<Adam>().keys(); }

std::unique_ptr<Optimizer> make_optimizer(const Spec& spec) {
  return row_named(spec.type, optimizer_types(), "optimizer").make(spec.settings);
}

Adam::operator Spec() const { return adam().spec(*this); }
AdamW::operator Spec() const { return adamw().spec(*this); }
SGD::operator Spec() const { return sgd().spec(*this); }
RMSprop::operator Spec() const { return rmsprop().spec(*this); }

}  // namespace convoy
