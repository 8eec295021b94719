#include "convoy/losses.h"

#include <algorithm>
#include <cmath>

#include "loss/loss.h"

namespace convoy {
namespace {

/// -sum t log softmax(z), from logits z: the target t is the label's one-hot row or a row of probabilities, smoothed as
/// in Keras, t (1 - s) + s / size. The gradient is softmax(z) - t for targets that sum to 1.
class SoftmaxCrossEntropyLoss final : public Loss {
 public:
  explicit SoftmaxCrossEntropyLoss(const SoftmaxCrossEntropy& options) : smoothing_(options.label_smoothing) {}

  bool from_logits() const override { return true; }

  double sample(const float* logits, const Target& target, int size, float scale, float* d_logits) const override {
    const double largest = *std::max_element(logits, logits + size);
    double sum = 0;
    for (int i = 0; i < size; ++i) sum += std::exp(static_cast<double>(logits[i]) - largest);
    const double log_sum = largest + std::log(sum);
    double loss = 0;
    double total = 0;
    for (int i = 0; i < size; ++i) {
      const double t = smoothed(target, i, size);
      total += t;
      if (t != 0) loss += t * (log_sum - static_cast<double>(logits[i]));
    }
    for (int i = 0; i < size && d_logits != nullptr; ++i) {
      const double probability = std::exp(static_cast<double>(logits[i]) - log_sum);
      d_logits[i] = scale * static_cast<float>(total * probability - smoothed(target, i, size));
    }
    return loss;
  }

 private:
  double smoothed(const Target& target, int i, int size) const {
    const double hard =
        target.values != nullptr ? static_cast<double>(target.values[i]) : (i == target.label ? 1.0 : 0.0);
    return hard * (1 - smoothing_) + smoothing_ / size;
  }

  double smoothing_;
};

const Described<SoftmaxCrossEntropy>& softmax_cross_entropy() {
  static const Described<SoftmaxCrossEntropy> all{
      "softmax_cross_entropy", "Cross-entropy of the softmax of the outputs; a final softmax layer is fused with it.",
      Fields<SoftmaxCrossEntropy>().add(
          "label_smoothing", &SoftmaxCrossEntropy::label_smoothing,
          "The share of each target that is spread over all classes (Szegedy et al. 2016).", {.min = 0, .max = 1})};
  return all;
}

/// The mean over the outputs of (y - t)^2; a label stands for its one-hot row.
class MeanSquaredErrorLoss final : public Loss {
 public:
  explicit MeanSquaredErrorLoss(const MeanSquaredError&) {}

  bool from_logits() const override { return false; }

  double sample(const float* output, const Target& target, int size, float scale, float* d_output) const override {
    double loss = 0;
    for (int i = 0; i < size; ++i) {
      const float wanted = target.values != nullptr ? target.values[i] : (i == target.label ? 1.0F : 0.0F);
      const float difference = output[i] - wanted;
      loss += static_cast<double>(difference) * static_cast<double>(difference);
      if (d_output != nullptr) d_output[i] = scale * 2 * difference / static_cast<float>(size);
    }
    return loss / size;
  }
};

const Described<MeanSquaredError>& mean_squared_error() {
  static const Described<MeanSquaredError> all{"mean_squared_error",
                                               "The mean over the outputs of the squared difference from the target."};
  return all;
}

}  // namespace

const std::vector<LossType>& loss_types() {
  static const std::vector<LossType> types = {
      type_row<Loss, SoftmaxCrossEntropyLoss>(softmax_cross_entropy()),
      type_row<Loss, MeanSquaredErrorLoss>(mean_squared_error()),
  };
  return types;
}

std::unique_ptr<Loss> make_loss(const Spec& spec) {
  return row_named(spec.type, loss_types(), "loss").make(spec.settings);
}

SoftmaxCrossEntropy::operator Spec() const { return softmax_cross_entropy().spec(*this); }
MeanSquaredError::operator Spec() const { return mean_squared_error().spec(*this); }

}  // namespace convoy
