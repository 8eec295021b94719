#pragma once

#include "convoy/settings.h"

/// The losses. Each converts to a Spec; its members are the keys of [loss], of which `convoy config explain
/// softmax_cross_entropy` says what each means and takes, and configs/README.md of all.
namespace convoy {

struct SoftmaxCrossEntropy {
  double label_smoothing = 0;
  operator Spec() const;
};

struct MeanSquaredError {
  operator Spec() const;
};

}  // namespace convoy
