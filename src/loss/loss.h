#pragma once

#include <memory>
#include <vector>

#include "convoy/settings.h"
#include "core/described.h"
#include "core/open_table.h"

namespace convoy {

/// What a sample should have become: a class number, or a row of numbers (one-hot or regression).
struct Target {
  int label = -1;
  const float* values = nullptr;  ///< used when not null
};

/// What makes probabilities of outputs. As part of a loss it needs no layer: one at the network's end is skipped.
enum class Link { none, softmax, sigmoid };

/// A loss over the outputs of one sample.
class Loss {
 public:
  virtual ~Loss() = default;

  /// The loss of one sample with `size` outputs; with `d_output` not null also assigns scale * d loss / d output.
  virtual double sample(const float* output, const Target& target, int size, float scale, float* d_output) const = 0;

  /// The link that is part of the loss: `output` are logits then.
  virtual Link link() const { return Link::none; }
};

using LossType = TypeRow<Loss>;
const std::vector<LossType>& loss_types();
/// The same, for a program that adds its own.
OpenTable<LossType>& loss_table();

/// Throws Error{config} for an unknown type. `spec.settings` must be complete.
std::unique_ptr<Loss> make_loss(const Spec& spec);

}  // namespace convoy
