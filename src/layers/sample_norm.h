#pragma once

#include <span>
#include <vector>

#include "layers/affine_fields.h"
#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// The keys of the normalisations of each sample: epsilon, center, scale.
template <class Norm>
Fields<Norm> sample_norm_fields() {
  return Fields<Norm>()
      .add("epsilon", &Norm::epsilon, "Added to the variance: 1e-3 as in Keras; PyTorch has 1e-5.", {.min = 1e-12})
      .add_all(affine_fields<Norm>());
}

/// The base of normalisations that take statistics of each sample by itself: gamma if `scale` and beta if `center`, by
/// channel (the last axis), and their gradients. Training and prediction do the same.
class SampleNorm : public Layer {
 public:
  Stages forward(Mode mode, bool trainable) const final;
  Stages backward(bool trainable) const final;

 protected:
  template <class Norm>
  explicit SampleNorm(const Norm& options) : SampleNorm(options.epsilon, options.center, options.scale) {}
  SampleNorm(double epsilon, bool center, bool scale) : epsilon_(epsilon), center_(center), scale_(scale) {}
  /// Keeps the input's channels_ and pixels_, and declares an output of its shape, gamma, beta and the groups' sums;
  /// the layer adds saved_bytes and scratch_floats. Throws Error{config} unless there is one input.
  Declaration declare(std::span<const Shape> inputs);

  /// Assigns the output of sample task.index, and saves what backward needs.
  virtual void forward_sample(const Pass& pass, const Task& task) const = 0;
  /// Assigns the sample's d_input unless it is null, and calls add_gradients.
  virtual void backward_sample(const Pass& pass, const Task& task) const = 0;

  /// gamma and beta by channel: ones and zeros where the layer has no such parameter.
  const float* gamma(const Pass& pass) const;
  const float* beta(const Pass& pass) const;
  /// Adds one sample's gradients, by channel, to its group's sums; does nothing for a frozen layer.
  void add_gradients(const Pass& pass, const Task& task, const double* d_gamma, const double* d_beta) const;

  double epsilon_;
  int channels_ = 0;
  int pixels_ = 0;  ///< 1 for a feature vector

 private:
  /// Adds the groups' sums to the gradients of gamma and beta.
  void add_groups(const Pass& pass) const;

  bool center_;
  bool scale_;
  std::vector<float> ones_;
  std::vector<float> zeros_;
};

}  // namespace convoy::layers
