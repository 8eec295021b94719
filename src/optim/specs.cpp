#include "convoy/optimizers.h"

namespace convoy {
namespace {

Settings with_clipping(const Clipping& clipping) {
  Settings settings;
  settings.set("clip_norm", clipping.clip_norm);
  settings.set("clip_value", clipping.clip_value);
  return settings;
}

template <class A>
Spec adam_spec(const char* type, const A& adam) {
  Settings settings = with_clipping(adam.clipping);
  settings.set("learning_rate", adam.learning_rate);
  settings.set("beta_1", adam.beta_1);
  settings.set("beta_2", adam.beta_2);
  settings.set("epsilon", adam.epsilon);
  return {type, settings};
}

}  // namespace

Adam::operator Spec() const { return adam_spec("adam", *this); }

AdamW::operator Spec() const {
  Spec spec = adam_spec("adamw", *this);
  spec.settings.set("weight_decay", weight_decay);
  return spec;
}

SGD::operator Spec() const {
  Settings settings = with_clipping(clipping);
  settings.set("learning_rate", learning_rate);
  settings.set("momentum", momentum);
  settings.set("nesterov", nesterov);
  settings.set("weight_decay", weight_decay);
  return {"sgd", settings};
}

RMSprop::operator Spec() const {
  Settings settings = with_clipping(clipping);
  settings.set("learning_rate", learning_rate);
  settings.set("rho", rho);
  settings.set("momentum", momentum);
  settings.set("epsilon", epsilon);
  settings.set("weight_decay", weight_decay);
  return {"rmsprop", settings};
}

Plateau::operator Spec() const {
  Settings settings;
  settings.set("monitor", monitor);
  settings.set("factor", factor);
  settings.set("patience", static_cast<std::int64_t>(patience));
  settings.set("min_delta", min_delta);
  settings.set("min_factor", min_factor);
  settings.set("warmup_steps", static_cast<std::int64_t>(warmup_steps));
  return {"plateau", settings};
}

SoftmaxCrossEntropy::operator Spec() const {
  Settings settings;
  settings.set("label_smoothing", label_smoothing);
  return {"softmax_cross_entropy", settings};
}

MeanSquaredError::operator Spec() const { return {"mean_squared_error", {}}; }

}  // namespace convoy
