#pragma once

#include "convoy/settings.h"

/// The optimizers, with Keras's defaults. Each struct converts to a Spec, and its members are the keys of [optimizer].
/// `convoy config explain adam` says what each means and where Keras and PyTorch differ; configs/README.md explains
/// all.
namespace convoy {

/// Limits on gradients before a step; 0 means none.
struct Clipping {
  double clip_norm = 0;
  double clip_tensor_norm = 0;
  double clip_value = 0;
};

/// Lookahead (Zhang et al. 2019, "Lookahead optimizer: k steps forward, 1 step back"); not used where `steps` is 0.
struct Lookahead {
  int steps = 0;
  double rate = 0.5;
};

/// Kingma & Ba 2015, "Adam: a method for stochastic optimization".
struct Adam {
  double learning_rate = 1e-3;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool corrected_epsilon = false;
  bool amsgrad = false;
  double weight_decay = 0;
  Clipping clipping = {};
  Lookahead lookahead = {};
  bool decay_all = false;
  operator Spec() const;
};

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019). Biases and batch norm's gamma and beta do not decay.
struct AdamW {
  double learning_rate = 1e-3;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool corrected_epsilon = false;
  bool amsgrad = false;
  double weight_decay = 4e-3;
  Clipping clipping = {};
  Lookahead lookahead = {};
  bool decay_all = false;
  operator Spec() const;
};

/// Adam with Nesterov's momentum (Dozat 2016).
struct Nadam {
  double learning_rate = 1e-3;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  double weight_decay = 0;
  Clipping clipping = {};
  Lookahead lookahead = {};
  bool decay_all = false;
  operator Spec() const;
};

/// What momentum is an average of: steps, as in Keras, or gradients, as in PyTorch. They differ where the learning rate
/// changes.
enum class MomentumOf { steps, gradients };

/// Stochastic gradient descent, with momentum if wanted.
struct SGD {
  double learning_rate = 1e-2;
  double momentum = 0;
  bool nesterov = false;
  MomentumOf momentum_of = MomentumOf::steps;
  double weight_decay = 0;
  Clipping clipping = {};
  Lookahead lookahead = {};
  bool decay_all = false;
  operator Spec() const;
};

/// Tieleman & Hinton 2012, "Lecture 6.5 - RMSProp".
struct RMSprop {
  double learning_rate = 1e-3;
  double rho = 0.9;
  double momentum = 0;
  double epsilon = 1e-7;
  double weight_decay = 0;
  Clipping clipping = {};
  Lookahead lookahead = {};
  bool decay_all = false;
  operator Spec() const;
};

/// Duchi et al. 2011, "Adaptive subgradient methods for online learning and stochastic optimization".
struct Adagrad {
  double learning_rate = 1e-3;
  double start = 0.1;
  double epsilon = 1e-7;
  double weight_decay = 0;
  Clipping clipping = {};
  Lookahead lookahead = {};
  bool decay_all = false;
  operator Spec() const;
};

/// Zeiler 2012, "ADADELTA: an adaptive learning rate method".
struct Adadelta {
  double learning_rate = 1e-3;
  double rho = 0.95;
  double epsilon = 1e-7;
  double weight_decay = 0;
  Clipping clipping = {};
  Lookahead lookahead = {};
  bool decay_all = false;
  operator Spec() const;
};

/// Chen et al. 2023, "Symbolic discovery of optimization algorithms": the sign of a momentum.
struct Lion {
  double learning_rate = 1e-3;
  double beta_1 = 0.9;
  double beta_2 = 0.99;
  double weight_decay = 0;
  Clipping clipping = {};
  Lookahead lookahead = {};
  bool decay_all = false;
  operator Spec() const;
};

}  // namespace convoy
