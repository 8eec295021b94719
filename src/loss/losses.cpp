#include "convoy/losses.h"

#include <algorithm>
#include <cmath>

#include "core/portable_math.h"
#include "loss/loss.h"
#include "loss/softmax.h"

namespace convoy {
namespace {

/// The wanted value of output `i`; a label stands for its one-hot row.
float wanted_of(const Target& target, int i) {
  if (target.values != nullptr) return target.values[i];
  return i == target.label ? 1.0F : 0.0F;
}

/// -sum t log softmax(z), from logits z: the target t is the label's one-hot row or a row of probabilities, smoothed as
/// in Keras, t (1 - s) + s / size. The gradient is softmax(z) - t for targets that sum to 1.
class SoftmaxCrossEntropyLoss final : public Loss {
 public:
  explicit SoftmaxCrossEntropyLoss(const SoftmaxCrossEntropy& options) : smoothing_(options.label_smoothing) {}

  Link link() const override { return Link::softmax; }

  double sample(const float* logits, const Target& target, int size, float scale, float* d_logits) const override {
    const double log_sum = log_sum_exp({logits, static_cast<std::size_t>(size)});
    double loss = 0;
    double total = 0;
    for (int i = 0; i < size; ++i) {
      const double t = smoothed(target, i, size);
      total += t;
      if (t != 0) loss += t * (log_sum - static_cast<double>(logits[i]));
    }
    for (int i = 0; i < size && d_logits != nullptr; ++i) {
      const double probability = portable::exp(static_cast<double>(logits[i]) - log_sum);
      d_logits[i] = scale * static_cast<float>(total * probability - smoothed(target, i, size));
    }
    return loss;
  }

 private:
  /// The smoothed target t (1 - s) + s / size of output `i`.
  double smoothed(const Target& target, int i, int size) const {
    return static_cast<double>(wanted_of(target, i)) * (1 - smoothing_) + smoothing_ / size;
  }

  double smoothing_;
};

/// The mean over the outputs of (y - t)^2; a label stands for its one-hot row.
class MeanSquaredErrorLoss final : public Loss {
 public:
  explicit MeanSquaredErrorLoss(const MeanSquaredError&) {}

  double sample(const float* output, const Target& target, int size, float scale, float* d_output) const override {
    double loss = 0;
    for (int i = 0; i < size; ++i) {
      const float wanted = wanted_of(target, i);
      const float difference = output[i] - wanted;
      loss += static_cast<double>(difference) * static_cast<double>(difference);
      if (d_output != nullptr) d_output[i] = scale * 2 * difference / static_cast<float>(size);
    }
    return loss / size;
  }
};

/// -sum t (1 - p)^gamma log p, p = softmax(z) (Lin et al. 2017). With u = (1 - p)^gamma and the derivative of
/// u log p by log p, w = u - gamma p (1 - p)^(gamma - 1) log p, the gradient of z_j is p_j sum t w - t_j w_j.
class FocalLoss final : public Loss {
 public:
  explicit FocalLoss(const Focal& options) : gamma_(options.gamma) {}

  Link link() const override { return Link::softmax; }

  double sample(const float* logits, const Target& target, int size, float scale, float* d_logits) const override {
    const double log_sum = log_sum_exp({logits, static_cast<std::size_t>(size)});
    double loss = 0;
    double total = 0;
    for (int i = 0; i < size; ++i) {
      const auto t = static_cast<double>(wanted_of(target, i));
      if (t == 0) continue;
      const double log_p = static_cast<double>(logits[i]) - log_sum;
      loss -= t * portable::pow(1 - portable::exp(log_p), gamma_) * log_p;
      total += t * slope(log_p);
    }
    for (int i = 0; i < size && d_logits != nullptr; ++i) {
      const double log_p = static_cast<double>(logits[i]) - log_sum;
      const auto t = static_cast<double>(wanted_of(target, i));
      d_logits[i] = scale * static_cast<float>(total * portable::exp(log_p) - (t == 0 ? 0 : t * slope(log_p)));
    }
    return loss;
  }

 private:
  /// w in the comment on this class, the derivative of u log p by log p.
  double slope(double log_p) const {
    const double p = portable::exp(log_p);
    const double rest = 1 - p;
    if (rest <= 0) return gamma_ == 0 ? 1 : 0;
    return portable::pow(rest, gamma_) - gamma_ * p * portable::pow(rest, gamma_ - 1) * log_p;
  }

  double gamma_;
};

/// The mean over the outputs of log(1 + exp z) - t z: cross-entropy after a sigmoid. The gradient is (sigmoid(z) - t) /
/// size. Targets are smoothed as in Keras: t (1 - s) + s / 2.
class BinaryCrossEntropyLoss final : public Loss {
 public:
  explicit BinaryCrossEntropyLoss(const BinaryCrossEntropy& options) : smoothing_(options.label_smoothing) {}

  Link link() const override { return Link::sigmoid; }

  double sample(const float* logits, const Target& target, int size, float scale, float* d_logits) const override {
    double loss = 0;
    for (int i = 0; i < size; ++i) {
      const auto z = static_cast<double>(logits[i]);
      const double t = static_cast<double>(wanted_of(target, i)) * (1 - smoothing_) + smoothing_ / 2;
      loss += std::max(z, 0.0) + portable::log1p(portable::exp(-std::abs(z))) - t * z;
      const double sigmoid = z >= 0 ? 1 / (1 + portable::exp(-z)) : portable::exp(z) / (1 + portable::exp(z));
      if (d_logits != nullptr) d_logits[i] = scale * static_cast<float>((sigmoid - t) / size);
    }
    return loss / size;
  }

 private:
  double smoothing_;
};

/// The mean over the outputs of |y - t|; the gradient of 0 is 0.
class MeanAbsoluteErrorLoss final : public Loss {
 public:
  explicit MeanAbsoluteErrorLoss(const MeanAbsoluteError&) {}

  double sample(const float* output, const Target& target, int size, float scale, float* d_output) const override {
    double loss = 0;
    for (int i = 0; i < size; ++i) {
      const float difference = output[i] - wanted_of(target, i);
      loss += std::abs(static_cast<double>(difference));
      const float sign = difference > 0 ? 1.0F : (difference < 0 ? -1.0F : 0.0F);
      if (d_output != nullptr) d_output[i] = scale * sign / static_cast<float>(size);
    }
    return loss / size;
  }
};

/// The mean over the outputs of d^2 / 2 up to delta, delta (|d| - delta / 2) beyond, d = y - t.
class HuberLoss final : public Loss {
 public:
  explicit HuberLoss(const Huber& options) : delta_(options.delta) {}

  double sample(const float* output, const Target& target, int size, float scale, float* d_output) const override {
    double loss = 0;
    for (int i = 0; i < size; ++i) {
      const auto d = static_cast<double>(output[i] - wanted_of(target, i));
      const double far = std::abs(d);
      loss += far <= delta_ ? 0.5 * d * d : delta_ * (far - 0.5 * delta_);
      if (d_output != nullptr) d_output[i] = scale * static_cast<float>(std::clamp(d, -delta_, delta_) / size);
    }
    return loss / size;
  }

 private:
  double delta_;
};

const Fields<SoftmaxCrossEntropy>& softmax_fields() {
  static const Fields<SoftmaxCrossEntropy> fields = Fields<SoftmaxCrossEntropy>().add(
      "label_smoothing", &SoftmaxCrossEntropy::label_smoothing,
      "The share of each target that is spread over all classes (Szegedy et al. 2016).", {.min = 0, .max = 1});
  return fields;
}

const Fields<Focal>& focal_fields() {
  static const Fields<Focal> fields = Fields<Focal>().add(
      "gamma", &Focal::gamma, "How much less a sample counts the better it is predicted; 0 is softmax_cross_entropy.",
      {.min = 0, .max = 20});
  return fields;
}

const Fields<BinaryCrossEntropy>& binary_fields() {
  static const Fields<BinaryCrossEntropy> fields =
      Fields<BinaryCrossEntropy>().add("label_smoothing", &BinaryCrossEntropy::label_smoothing,
                                       "The share of each target that becomes one half.", {.min = 0, .max = 1});
  return fields;
}

const Fields<Huber>& huber_fields() {
  static const Fields<Huber> fields =
      Fields<Huber>().add("delta", &Huber::delta, "Where the loss turns from squared to absolute.", {.min = 1e-6});
  return fields;
}

const Described<SoftmaxCrossEntropy>& described_softmax_cross_entropy() {
  static const Described<SoftmaxCrossEntropy> all{
      "softmax_cross_entropy", "Cross-entropy of the softmax of the outputs; a final softmax layer is fused with it.",
      softmax_fields()};
  return all;
}

const Described<Focal>& described_focal() {
  static const Described<Focal> all{"focal", "Focal loss of the softmax of the outputs (Lin et al. 2017).",
                                    focal_fields()};
  return all;
}

const Described<BinaryCrossEntropy>& described_binary_cross_entropy() {
  static const Described<BinaryCrossEntropy> all{
      "binary_cross_entropy",
      "Cross-entropy of the sigmoid of each output by itself; a final sigmoid layer is fused with it.",
      binary_fields()};
  return all;
}

const Described<MeanSquaredError>& described_mean_squared_error() {
  static const Described<MeanSquaredError> all{
      "mean_squared_error", "The mean over the outputs of the squared difference from the target.", {}};
  return all;
}

const Described<MeanAbsoluteError>& described_mean_absolute_error() {
  static const Described<MeanAbsoluteError> all{
      "mean_absolute_error", "The mean over the outputs of the distance from the target.", {}};
  return all;
}

const Described<Huber>& described_huber() {
  static const Described<Huber> all{"huber", "Squared near the target, absolute far from it (Huber 1964).",
                                    huber_fields()};
  return all;
}

}  // namespace

OpenTable<LossType>& loss_table() {
  static OpenTable<LossType> table("loss",
                                   {
                                       type_row<Loss, SoftmaxCrossEntropyLoss>(described_softmax_cross_entropy()),
                                       type_row<Loss, FocalLoss>(described_focal()),
                                       type_row<Loss, BinaryCrossEntropyLoss>(described_binary_cross_entropy()),
                                       type_row<Loss, MeanSquaredErrorLoss>(described_mean_squared_error()),
                                       type_row<Loss, MeanAbsoluteErrorLoss>(described_mean_absolute_error()),
                                       type_row<Loss, HuberLoss>(described_huber()),
                                   });
  return table;
}

const std::vector<LossType>& loss_types() { return loss_table().read(); }

std::unique_ptr<Loss> make_loss(const Spec& spec) {
  return row_named(spec.type, loss_types(), "loss").make(spec.settings);
}

SoftmaxCrossEntropy::operator Spec() const { return described_softmax_cross_entropy().spec(*this); }
Focal::operator Spec() const { return described_focal().spec(*this); }
BinaryCrossEntropy::operator Spec() const { return described_binary_cross_entropy().spec(*this); }
MeanSquaredError::operator Spec() const { return described_mean_squared_error().spec(*this); }
MeanAbsoluteError::operator Spec() const { return described_mean_absolute_error().spec(*this); }
Huber::operator Spec() const { return described_huber().spec(*this); }

}  // namespace convoy
