#pragma once

#include "convoy/settings.h"

/// The optimizers, with Keras's defaults. Each converts to a Spec; its members are the keys of [optimizer], of which
/// `convoy config explain adam` says what each means and where Keras and PyTorch differ, and configs/README.md of all.
namespace convoy {

/// Limits on gradients before a step; 0 means none.
struct Clipping {
  double clip_norm = 0;
  double clip_tensor_norm = 0;
  double clip_value = 0;
};

/// Zhang et al. 2019, "Lookahead optimizer: k steps forward, 1 step back"; without steps it is not used.
struct Lookahead {
  int steps = 0;
  double rate = 0.5;
};

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

/// How momentum remembers: steps, as Keras, or gradients, as PyTorch. They differ where the learning rate changes.
enum class MomentumOf { steps, gradients };

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

/// Duchi et al. 2011.
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

/// Zeiler 2012.
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
