#pragma once

#include <span>

namespace convoy {

/// The sum of exp(z - max z) over the logits z, which is safe for large ones: softmax(z) = exp(z - max z) / sum.
double sum_of_exponentials(std::span<const float> logits);

/// log sum exp z: log softmax(z) = z - this.
double log_sum_exp(std::span<const float> logits);

}  // namespace convoy
