#pragma once

#include <span>

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// Batch normalisation (Ioffe & Szegedy 2015) of the last axis, over the batch and, for images, height and width:
///
///     y = gamma * (x - mean) / sqrt(variance + epsilon) + beta     by channel.
///
/// Training takes mean and (biased) variance from the batch and moves the moving statistics towards them; prediction,
/// and a frozen layer in either mode, uses the moving statistics. Parameters: gamma if `scale`, beta if `center`;
/// states: moving_mean, moving_variance.
class BatchNorm final : public Layer {
 public:
  /// Takes complete options: momentum, epsilon and moving_variance are given.
  explicit BatchNorm(const convoy::BatchNorm& options);
  static const Described<convoy::BatchNorm>& described();

  Declaration setup(std::span<const Shape> inputs) override;
  void check_training_batch(int samples) const override;
  Stages forward(Mode mode, bool trainable) const override;
  Stages backward(bool trainable) const override;
  void affine_map(std::span<const float* const> parameters, std::span<const float* const> states,
                  std::span<double> scale, std::span<double> shift) const override;

  double epsilon() const { return epsilon_; }
  /// Whether the moving variance averages variances over n - 1.
  bool unbiased() const { return unbiased_; }

 private:
  /// Arrays in Pass::shared with one number for each channel.
  struct Coefficients {
    float* mean;
    float* mean_rest;
    float* inv_deviation;
    float* scale;
    float* shift;
    float* slope;
    float* offset;
  };
  Coefficients coefficients(const Pass& pass) const;

  /// Assigns the sample's moments by channel to its saved bytes: the means, then the sums of squared distances.
  void save_moments(const Pass& pass, const Task& task) const;
  /// Merges the samples' saved moments into the first sample's, sets the coefficients and moves the moving statistics.
  /// Throws Error{config} where the batch has one value for each channel.
  void use_batch_statistics(const Pass& pass) const;
  /// Sets the coefficients from the moving statistics.
  void use_moving_statistics(const Pass& pass) const;
  /// Moves the moving statistics towards a batch's mean and variance, m2 / count.
  void move_statistics(const Pass& pass, std::span<const double> mean, std::span<const double> m2, double count) const;
  /// Assigns one channel's mean, mean_rest, inv_deviation, scale and shift.
  void set_coefficients(const Pass& pass, int channel, double mean, double variance) const;
  /// Assigns the sample's output by the coefficients.
  void normalize(const Pass& pass, const Task& task) const;
  /// Assigns the sample's sums of dy and of dy * (x - mean), by channel, to its saved bytes, over the moments.
  void save_gradient_sums(const Pass& pass, const Task& task) const;
  /// Adds the samples' saved sums up, assigns slope and offset, and adds to the gradients of gamma and beta.
  void reduce_gradient(const Pass& pass) const;
  /// Assign the sample's d_input unless it is null: where the statistics are the batch's, where they are constants.
  void input_gradient(const Pass& pass, const Task& task) const;
  void frozen_input_gradient(const Pass& pass, const Task& task) const;

  double momentum_;
  double epsilon_;
  bool center_;
  bool scale_;
  bool unbiased_;
  Shape shape_;
  int channels_ = 0;
  int pixels_ = 0;
};

}  // namespace convoy::layers
