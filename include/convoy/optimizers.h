#pragma once

#include <string>
#include <vector>

#include "convoy/settings.h"

/// Optimizers, learning-rate schedules and losses, with Keras's defaults. Each converts to a Spec.
namespace convoy {

/// What all optimizers share. 0 means none.
struct Clipping {
  double clip_norm = 0;   ///< scales all gradients down when their joint norm is larger ("global_clipnorm")
  double clip_value = 0;  ///< limits each gradient to [-clip_value, clip_value]
};

struct Adam {
  double learning_rate = 1e-3;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  Clipping clipping = {};
  operator Spec() const;
};

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019). Biases and batch norm's gamma and beta do not decay.
struct AdamW {
  double learning_rate = 1e-3;
  double weight_decay = 4e-3;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  Clipping clipping = {};
  operator Spec() const;
};

struct SGD {
  double learning_rate = 1e-2;
  double momentum = 0;
  bool nesterov = false;
  double weight_decay = 0;
  Clipping clipping = {};
  operator Spec() const;
};

struct RMSprop {
  double learning_rate = 1e-3;
  double rho = 0.9;
  double momentum = 0;
  double epsilon = 1e-7;
  double weight_decay = 0;
  Clipping clipping = {};
  operator Spec() const;
};

/// A schedule: reduces the learning rate when the validation metric (that of training without validation) stops getting
/// better, as Keras's ReduceLROnPlateau.
struct Plateau {
  std::string monitor = "loss";  ///< or "accuracy"
  double factor = 0.1;
  int patience = 10;        ///< epochs without improvement before a reduction
  double min_delta = 1e-4;  ///< a smaller improvement does not count
  double min_factor = 0;    ///< the rate is not reduced below this share of it
  int warmup_steps = 0;     ///< rise linearly to the rate first
  operator Spec() const;
};

/// From logits; a model that ends in softmax trains through the same fused kernel.
struct SoftmaxCrossEntropy {
  double label_smoothing = 0;
  operator Spec() const;
};

struct MeanSquaredError {
  operator Spec() const;
};

}  // namespace convoy
