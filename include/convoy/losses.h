#pragma once

#include "convoy/settings.h"

/// What training makes small. Each converts to a Spec; `convoy config explain focal` says what its members mean. A
/// label stands for its one-hot row.
namespace convoy {

/// From logits; a model that ends in softmax trains through the same fused kernel.
struct SoftmaxCrossEntropy {
  double label_smoothing = 0;
  operator Spec() const;
};

/// Lin et al. 2017, "Focal loss for dense object detection", of the softmax: what is easy counts less.
struct Focal {
  double gamma = 2;
  operator Spec() const;
};

/// Each output by itself, after a sigmoid that is part of the loss: for targets of several classes at a time.
struct BinaryCrossEntropy {
  double label_smoothing = 0;
  operator Spec() const;
};

struct MeanSquaredError {
  operator Spec() const;
};

struct MeanAbsoluteError {
  operator Spec() const;
};

/// Squared up to delta, absolute beyond (Huber 1964).
struct Huber {
  double delta = 1;
  operator Spec() const;
};

}  // namespace convoy
