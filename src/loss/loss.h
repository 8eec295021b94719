#pragma once

#include <memory>
#include <vector>

#include "convoy/settings.h"
#include "core/described.h"
#include "core/open_table.h"

namespace convoy {

/// The wanted output of a sample: a class number, or a row of numbers (one-hot or regression).
struct Target {
  int label = -1;                 ///< used when `values` is null
  const float* values = nullptr;  ///< used when not null
};

/// The function that makes probabilities of outputs. Where it is part of a loss, a layer for it at the network's end is
/// skipped.
enum class Link { none, softmax, sigmoid };

/// A loss function over the outputs of one sample.
class Loss {
 public:
  virtual ~Loss() = default;

  /// The loss of one sample with `size` outputs; where d_output is not null, also sets it to scale * d loss / d output.
  virtual double sample(const float* output, const Target& target, int size, float scale, float* d_output) const = 0;

  /// The link that is part of the loss; with one, `output` are logits.
  virtual Link link() const { return Link::none; }
};

using LossType = TypeRow<Loss>;
/// The types of losses. After the first call none can be registered.
const std::vector<LossType>& loss_types();
/// The table behind loss_types(), to which a program may add.
OpenTable<LossType>& loss_table();

/// The loss of that type. Throws Error{config} for an unknown type. `spec.settings` must be complete.
std::unique_ptr<Loss> make_loss(const Spec& spec);

}  // namespace convoy
