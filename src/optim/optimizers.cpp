#include "convoy/optimizers.h"

#include <cmath>

#include "core/portable_math.h"
#include "kernels/optimizer.h"
#include "optim/optimizer.h"

namespace convoy {
namespace {

/// The base of all rules: applies decoupled weight decay before the step, as Keras does.
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
  /// Takes the rule's step without weight decay; see Optimizer::update.
  virtual void descend(const Piece& piece, double learning_rate, std::uint64_t step) const = 0;

  double weight_decay_;
};

/// Fields with the key learning_rate, to which an optimizer adds its own.
template <class Struct>
Fields<Struct> with_rate() {
  return Fields<Struct>().add("learning_rate", &Struct::learning_rate,
                              "The size of a step, before the schedule's factor.", {.min = 1e-30});
}

/// Adds the key epsilon, with more text after its explanation.
template <class Struct>
Fields<Struct>& add_epsilon(Fields<Struct>& fields, const std::string& more = "") {
  return fields.add("epsilon", &Struct::epsilon, "Keeps the division away from zero." + more, {.min = 1e-30});
}

/// Adds the key weight_decay.
template <class Struct>
Fields<Struct>& add_decay(Fields<Struct>& fields) {
  return fields.add("weight_decay", &Struct::weight_decay,
                    "Decoupled weight decay: kernels shrink by this share of the learning rate each step (Loshchilov & "
                    "Hutter 2019). So do Keras and PyTorch's AdamW; PyTorch's other optimizers add it to the gradient, "
                    "as kernel_regularizer.l2 of half of it does here.");
}

/// The keys that all optimizers share, bound to the members of one optimizer's struct.
template <class Struct>
const Fields<Struct>& shared_fields() {
  static const Fields<Struct> fields =
      Fields<Struct>()
          .add("clip_norm", [](Struct& o) -> double& { return o.clipping.clip_norm; },
               "Scale all gradients down when their joint norm is larger; 0 for no limit.", {.min = 0})
          .add("clip_tensor_norm", [](Struct& o) -> double& { return o.clipping.clip_tensor_norm; },
               "Scale the gradient of each tensor down when its own norm is larger; 0 for no limit.", {.min = 0})
          .add("clip_value", [](Struct& o) -> double& { return o.clipping.clip_value; },
               "Limit each gradient to this size; 0 for no limit.", {.min = 0})
          .add("lookahead.steps", [](Struct& o) -> int& { return o.lookahead.steps; },
               "After so many steps go back part of the way (Lookahead, Zhang et al. 2019); 0: never.", {.min = 0})
          .add("lookahead.rate", [](Struct& o) -> double& { return o.lookahead.rate; },
               "The part of the way that Lookahead keeps.", {.min = 0.001, .max = 1})
          .add("decay_all", &Struct::decay_all,
               "Let weight decay act on biases and on batch norm's gamma and beta as well.");
  return fields;
}

/// The keys of Adam and AdamW.
template <class Struct>
const Fields<Struct>& adam_fields() {
  static const Fields<Struct> fields = [] {
    auto list =
        with_rate<Struct>()
            .add("beta_1", &Struct::beta_1, "The share of the mean gradient that is kept.", {.min = 0, .max = 0.999999})
            .add("beta_2", &Struct::beta_2, "The share of the mean squared gradient that is kept.",
                 {.min = 0, .max = 0.9999999});
    add_epsilon(list);
    list.add("corrected_epsilon", &Struct::corrected_epsilon,
             "Add epsilon to the root of the bias-corrected mean square, as PyTorch; false: to that of the plain one, "
             "as "
             "Keras, which is a larger epsilon in the first steps.")
        .add("amsgrad", &Struct::amsgrad,
             "Divide by the root of the largest mean square so far (Reddi et al. 2018), not bias-corrected by itself, "
             "as "
             "in Keras.");
    return add_decay(list);
  }();
  return fields;
}

/// Kingma & Ba 2015, "Adam: a method for stochastic optimization".
template <class Struct>
class AdamRule final : public Decayed {
 public:
  explicit AdamRule(const Struct& options) : Decayed(options.weight_decay), options_(options) {}

  std::vector<std::string> slot_names() const override {
    return options_.amsgrad ? std::vector<std::string>{"m", "v", "v_max"} : std::vector<std::string>{"m", "v"};
  }

 private:
  void descend(const Piece& piece, double learning_rate, std::uint64_t step) const override {
    const auto t = static_cast<double>(step);
    const double root = std::sqrt(1 - portable::pow(options_.beta_2, t));
    const auto rate = static_cast<float>(learning_rate * root / (1 - portable::pow(options_.beta_1, t)));
    const auto epsilon = static_cast<float>(options_.corrected_epsilon ? options_.epsilon * root : options_.epsilon);
    const auto new_m = static_cast<float>(1 - options_.beta_1);
    const auto new_v = static_cast<float>(1 - options_.beta_2);
    if (options_.amsgrad) {
      kernels::optimizer().amsgrad(piece.parameters, piece.slot(0), piece.slot(1), piece.slot(2), piece.gradients,
                                   piece.count, rate, new_m, new_v, epsilon);
    } else {
      kernels::optimizer().adam(piece.parameters, piece.slot(0), piece.slot(1), piece.gradients, piece.count, rate,
                                new_m, new_v, epsilon);
    }
  }

  Struct options_;
};

const Described<Adam>& described_adam() {
  static const Described<Adam> all{"adam", "Adam (Kingma & Ba 2015), with Keras's defaults.", adam_fields<Adam>(),
                                   shared_fields<Adam>()};
  return all;
}

const Described<AdamW>& described_adamw() {
  static const Described<AdamW> all{"adamw", "Adam with decoupled weight decay (Loshchilov & Hutter 2019).",
                                    adam_fields<AdamW>(), shared_fields<AdamW>()};
  return all;
}

const Fields<Nadam>& nadam_fields() {
  static const Fields<Nadam> fields = [] {
    auto list =
        with_rate<Nadam>()
            .add("beta_1", &Nadam::beta_1, "The share of the mean gradient that is kept.", {.min = 0, .max = 0.9999})
            .add("beta_2", &Nadam::beta_2, "The share of the mean squared gradient that is kept.",
                 {.min = 0, .max = 0.9999999});
    return add_decay(add_epsilon(list));
  }();
  return fields;
}

/// Dozat 2016, "Incorporating Nesterov momentum into Adam", with its warming momentum u_t = beta_1 (1 - 0.96^t / 2).
class NadamRule final : public Decayed {
 public:
  explicit NadamRule(const Nadam& options) : Decayed(options.weight_decay), options_(options) {}

  std::vector<std::string> slot_names() const override { return {"m", "v"}; }

  /// Updates product_, the product of all u up to this step, from that of the last step; computes it anew after a
  /// resume.
  void begin_step(std::uint64_t step) override {
    if (step != step_ + 1) {
      product_ = 1;
      for (std::uint64_t t = 1; t < step && product_ > 1e-20; ++t) product_ *= momentum_at(t);
    }
    product_ *= momentum_at(step);
    step_ = step;
  }

 private:
  /// u of that step.
  double momentum_at(std::uint64_t step) const {
    return options_.beta_1 * (1 - 0.5 * portable::pow(0.96, static_cast<double>(step)));
  }

  void descend(const Piece& piece, double learning_rate, std::uint64_t step) const override {
    const double now = momentum_at(step);
    const double next = momentum_at(step + 1);
    const double of_m = learning_rate * next / (1 - product_ * next);
    const double of_g = learning_rate * (1 - now) / (1 - product_);
    const double of_v = 1 / (1 - portable::pow(options_.beta_2, static_cast<double>(step)));
    kernels::optimizer().nadam(piece.parameters, piece.slot(0), piece.slot(1), piece.gradients, piece.count,
                               static_cast<float>(of_m), static_cast<float>(of_g), static_cast<float>(of_v),
                               static_cast<float>(1 - options_.beta_1), static_cast<float>(1 - options_.beta_2),
                               static_cast<float>(options_.epsilon));
  }

  Nadam options_;
  double product_ = 1;      ///< of all u up to step_
  std::uint64_t step_ = 0;  ///< the last one that begin_step() had
};

const Described<Nadam>& described_nadam() {
  static const Described<Nadam> all{"nadam", "Adam with Nesterov's momentum (Dozat 2016), as in Keras.", nadam_fields(),
                                    shared_fields<Nadam>()};
  return all;
}

const Fields<SGD>& sgd_fields() {
  static const Fields<SGD> fields = [] {
    auto list =
        with_rate<SGD>()
            .add("momentum", &SGD::momentum, "The share of the last step that is taken again; 0 for plain descent.",
                 {.min = 0, .max = 0.999999})
            .add("nesterov", &SGD::nesterov, "Look ahead along the momentum (Nesterov 1983).")
            .add("momentum_of", &SGD::momentum_of,
                 "What momentum remembers: \"steps\", as Keras, or \"gradients\", as PyTorch. With one learning "
                 "rate they are the same; where it changes, remembered steps keep the rate they were taken with.",
                 {.choices = {"steps", "gradients"}});
    return add_decay(list);
  }();
  return fields;
}

/// Stochastic gradient descent, with momentum or Nesterov's momentum if wanted.
class SgdRule final : public Decayed {
 public:
  explicit SgdRule(const SGD& options) : Decayed(options.weight_decay), options_(options) {}

  std::vector<std::string> slot_names() const override {
    return options_.momentum > 0 ? std::vector<std::string>{"velocity"} : std::vector<std::string>{};
  }

 private:
  void descend(const Piece& piece, double learning_rate, std::uint64_t) const override {
    const auto rate = static_cast<float>(learning_rate);
    const auto& rules = kernels::optimizer();
    if (options_.momentum == 0) {
      rules.descend(piece.parameters, piece.gradients, piece.count, rate);
      return;
    }
    const auto remember = options_.momentum_of == MomentumOf::steps ? rules.momentum : rules.momentum_of_gradients;
    remember(piece.parameters, piece.slot(0), piece.gradients, piece.count, rate, static_cast<float>(options_.momentum),
             options_.nesterov);
  }

  SGD options_;
};

const Described<SGD>& described_sgd() {
  static const Described<SGD> all{"sgd", "Stochastic gradient descent, with momentum if wanted.", sgd_fields(),
                                  shared_fields<SGD>()};
  return all;
}

const Fields<RMSprop>& rmsprop_fields() {
  static const Fields<RMSprop> fields = [] {
    auto list = with_rate<RMSprop>()
                    .add("rho", &RMSprop::rho, "The share of the mean squared gradient that is kept.",
                         {.min = 0, .max = 0.999999})
                    .add("momentum", &RMSprop::momentum, "The share of the last step that is taken again.",
                         {.min = 0, .max = 0.999999});
    return add_decay(add_epsilon(list, " Inside of the root, as Keras; PyTorch adds it to the root."));
  }();
  return fields;
}

/// Tieleman & Hinton 2012, "Lecture 6.5 - RMSProp".
class RmspropRule final : public Decayed {
 public:
  explicit RmspropRule(const RMSprop& options) : Decayed(options.weight_decay), options_(options) {}

  std::vector<std::string> slot_names() const override { return {"mean_square", "velocity"}; }

 private:
  void descend(const Piece& piece, double learning_rate, std::uint64_t) const override {
    kernels::optimizer().rmsprop(piece.parameters, piece.slot(0), piece.slot(1), piece.gradients, piece.count,
                                 static_cast<float>(learning_rate), static_cast<float>(1 - options_.rho),
                                 static_cast<float>(options_.momentum), static_cast<float>(options_.epsilon));
  }

  RMSprop options_;
};

const Described<RMSprop>& described_rmsprop() {
  static const Described<RMSprop> all{"rmsprop", "RMSprop (Tieleman & Hinton 2012).", rmsprop_fields(),
                                      shared_fields<RMSprop>()};
  return all;
}

const Fields<Adagrad>& adagrad_fields() {
  static const Fields<Adagrad> fields = [] {
    auto list = with_rate<Adagrad>().add("start", &Adagrad::start,
                                         "What the sums of squared gradients begin with: 0.1 in Keras, 0 in PyTorch.",
                                         {.min = 0});
    return add_decay(add_epsilon(list, " Inside of the root, as Keras; PyTorch adds it to the root."));
  }();
  return fields;
}

/// Duchi et al. 2011, "Adaptive subgradient methods for online learning and stochastic optimization".
class AdagradRule final : public Decayed {
 public:
  explicit AdagradRule(const Adagrad& options) : Decayed(options.weight_decay), options_(options) {}

  std::vector<std::string> slot_names() const override { return {"sum"}; }

 private:
  /// Adds the sums' initial value in each step, since slots begin with 0.
  void descend(const Piece& piece, double learning_rate, std::uint64_t) const override {
    kernels::optimizer().adagrad(piece.parameters, piece.slot(0), piece.gradients, piece.count,
                                 static_cast<float>(learning_rate),
                                 static_cast<float>(options_.start + options_.epsilon));
  }

  Adagrad options_;
};

const Described<Adagrad>& described_adagrad() {
  static const Described<Adagrad> all{"adagrad", "Adagrad (Duchi et al. 2011).", adagrad_fields(),
                                      shared_fields<Adagrad>()};
  return all;
}

const Fields<Adadelta>& adadelta_fields() {
  static const Fields<Adadelta> fields = [] {
    auto list =
        Fields<Adadelta>()
            .add("learning_rate", &Adadelta::learning_rate,
                 "The size of a step, before the schedule's factor. The paper's, and PyTorch's, is 1; Keras's 0.001.",
                 {.min = 1e-30})
            .add("rho", &Adadelta::rho, "The share of the mean squares of gradients and of steps that is kept.",
                 {.min = 0, .max = 0.999999});
    return add_decay(add_epsilon(list));
  }();
  return fields;
}

/// Zeiler 2012, "ADADELTA: an adaptive learning rate method".
class AdadeltaRule final : public Decayed {
 public:
  explicit AdadeltaRule(const Adadelta& options) : Decayed(options.weight_decay), options_(options) {}

  std::vector<std::string> slot_names() const override { return {"gradients", "steps"}; }

 private:
  void descend(const Piece& piece, double learning_rate, std::uint64_t) const override {
    kernels::optimizer().adadelta(piece.parameters, piece.slot(0), piece.slot(1), piece.gradients, piece.count,
                                  static_cast<float>(learning_rate), static_cast<float>(1 - options_.rho),
                                  static_cast<float>(options_.epsilon));
  }

  Adadelta options_;
};

const Described<Adadelta>& described_adadelta() {
  static const Described<Adadelta> all{"adadelta", "Adadelta (Zeiler 2012).", adadelta_fields(),
                                       shared_fields<Adadelta>()};
  return all;
}

const Fields<Lion>& lion_fields() {
  static const Fields<Lion> fields = [] {
    auto list =
        with_rate<Lion>()
            .add("beta_1", &Lion::beta_1, "The share of the momentum in the direction of a step.",
                 {.min = 0, .max = 0.999999})
            .add("beta_2", &Lion::beta_2, "The share of the momentum that is kept.", {.min = 0, .max = 0.9999999});
    return add_decay(list);
  }();
  return fields;
}

/// Chen et al. 2023, "Symbolic discovery of optimization algorithms".
class LionRule final : public Decayed {
 public:
  explicit LionRule(const Lion& options) : Decayed(options.weight_decay), options_(options) {}

  std::vector<std::string> slot_names() const override { return {"momentum"}; }

 private:
  void descend(const Piece& piece, double learning_rate, std::uint64_t) const override {
    kernels::optimizer().lion(piece.parameters, piece.slot(0), piece.gradients, piece.count,
                              static_cast<float>(learning_rate), static_cast<float>(options_.beta_1),
                              static_cast<float>(1 - options_.beta_1), static_cast<float>(options_.beta_2),
                              static_cast<float>(1 - options_.beta_2));
  }

  Lion options_;
};

const Described<Lion>& described_lion() {
  static const Described<Lion> all{"lion", "Lion: steps by the sign of a momentum (Chen et al. 2023).", lion_fields(),
                                   shared_fields<Lion>()};
  return all;
}

}  // namespace

OpenTable<OptimizerType>& optimizer_table() {
  static OpenTable<OptimizerType> table("optimizer", {
                                                         type_row<Optimizer, AdamRule<Adam>>(described_adam()),
                                                         type_row<Optimizer, AdamRule<AdamW>>(described_adamw()),
                                                         type_row<Optimizer, NadamRule>(described_nadam()),
                                                         type_row<Optimizer, SgdRule>(described_sgd()),
                                                         type_row<Optimizer, RmspropRule>(described_rmsprop()),
                                                         type_row<Optimizer, AdagradRule>(described_adagrad()),
                                                         type_row<Optimizer, AdadeltaRule>(described_adadelta()),
                                                         type_row<Optimizer, LionRule>(described_lion()),
                                                     });
  return table;
}

const std::vector<OptimizerType>& optimizer_types() { return optimizer_table().read(); }

KeySchema learning_rate_key() { return with_rate<Adam>().keys().front(); }

std::vector<KeySchema> common_optimizer_keys() { return shared_fields<Adam>().keys(); }

std::unique_ptr<Optimizer> make_optimizer(const Spec& spec) {
  return row_named(spec.type, optimizer_types(), "optimizer").make(spec.settings);
}

Adam::operator Spec() const { return described_adam().spec(*this); }
AdamW::operator Spec() const { return described_adamw().spec(*this); }
Nadam::operator Spec() const { return described_nadam().spec(*this); }
SGD::operator Spec() const { return described_sgd().spec(*this); }
RMSprop::operator Spec() const { return described_rmsprop().spec(*this); }
Adagrad::operator Spec() const { return described_adagrad().spec(*this); }
Adadelta::operator Spec() const { return described_adadelta().spec(*this); }
Lion::operator Spec() const { return described_lion().spec(*this); }

}  // namespace convoy
