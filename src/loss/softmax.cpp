#include "loss/softmax.h"

#include <algorithm>

#include "core/portable_math.h"

namespace convoy {

double sum_of_exponentials(std::span<const float> logits) {
  const double largest = *std::ranges::max_element(logits);
  double sum = 0;
  for (const float logit : logits) sum += portable::exp(static_cast<double>(logit) - largest);
  return sum;
}

double log_sum_exp(std::span<const float> logits) {
  return *std::ranges::max_element(logits) + portable::log(sum_of_exponentials(logits));
}

}  // namespace convoy
