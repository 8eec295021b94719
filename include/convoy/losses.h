#pragma once

#include "convoy/settings.h"

/// The loss functions, which training minimises. Each struct converts to a Spec, and its members are the keys of
/// [loss]; `convoy config explain focal` says what they mean. A target is a row of numbers; a label stands for its
/// one-hot row.
namespace convoy {

/// Cross-entropy of the softmax of the outputs, which are logits; a softmax layer at the end of a model is fused with
/// it.
struct SoftmaxCrossEntropy {
  double label_smoothing = 0;
  operator Spec() const;
};

/// Focal loss (Lin et al. 2017, "Focal loss for dense object detection") of the softmax of the outputs: the better a
/// sample is predicted, the less it counts.
struct Focal {
  double gamma = 2;
  operator Spec() const;
};

/// Cross-entropy of each output by itself after a sigmoid, which is part of the loss: for targets of several classes at
/// a time.
struct BinaryCrossEntropy {
  double label_smoothing = 0;
  operator Spec() const;
};

/// The mean over the outputs of the squared difference from the target.
struct MeanSquaredError {
  operator Spec() const;
};

/// The mean over the outputs of the distance from the target.
struct MeanAbsoluteError {
  operator Spec() const;
};

/// The mean over the outputs of a loss that is squared up to a distance of delta and linear beyond (Huber 1964).
struct Huber {
  double delta = 1;
  operator Spec() const;
};

}  // namespace convoy
