#pragma once

#include "convoy/settings.h"

/// The optimizers, with Keras's defaults. Each converts to a Spec; its members are the keys of [optimizer], of which
/// `convoy config explain adam` says what each means and takes, and configs/README.md of all.
namespace convoy {

/// Clipping of gradients, which all optimizers share. 0 means none.
struct Clipping {
  double clip_norm = 0;  ///< Keras's "global_clipnorm"
  double clip_value = 0;
};

struct Adam {
  double learning_rate = 1e-3;
  double weight_decay = 0;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  Clipping clipping = {};
  bool decay_all = false;
  operator Spec() const;
};

struct AdamW {
  double learning_rate = 1e-3;
  double weight_decay = 4e-3;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  Clipping clipping = {};
  bool decay_all = false;
  operator Spec() const;
};

struct SGD {
  double learning_rate = 1e-2;
  double momentum = 0;
  bool nesterov = false;
  double weight_decay = 0;
  Clipping clipping = {};
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
  bool decay_all = false;
  operator Spec() const;
};

}  // namespace convoy
