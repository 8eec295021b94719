#pragma once

#include <span>
#include <vector>

#include "layers/affine_fields.h"
#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// Those that normalisations of each sample share.
template <class Norm>
Fields<Norm> sample_norm_fields() {
  return Fields<Norm>()
      .add("epsilon", &Norm::epsilon, "Added to the variance: 1e-3 as in Keras; PyTorch has 1e-5.", {.min = 1e-12})
      .add_all(affine_fields<Norm>());
}

/// What normalisations with statistics of each sample by itself share: gamma if `scale` and beta if `center`, by
/// channel (the last axis), and the sums of their gradients. Training and prediction do the same.
class SampleNorm : public Layer {
 public:
  Stages forward(Mode mode, bool trainable) const final;
  Stages backward(bool trainable) const final;

 protected:
  template <class Norm>
  explicit SampleNorm(const Norm& options) : SampleNorm(options.epsilon, options.center, options.scale) {}
  SampleNorm(double epsilon, bool center, bool scale) : epsilon_(epsilon), center_(center), scale_(scale) {}
  /// An output like the input, with the parameters; what is saved and scratch is left to the layer.
  Declaration declare(std::span<const Shape> inputs);

  virtual void forward_sample(const Pass& pass, const Task& task) const = 0;
  virtual void backward_sample(const Pass& pass, const Task& task) const = 0;

  /// By channel; ones and zeros where they are not trained.
  const float* gamma(const Pass& pass) const;
  const float* beta(const Pass& pass) const;
  /// Takes one sample's gradients, by channel. Nothing is to be added up for a frozen layer.
  void add_gradients(const Pass& pass, const Task& task, const double* d_gamma, const double* d_beta) const;

  double epsilon_;
  int channels_ = 0;
  int pixels_ = 0;  ///< 1 for a feature vector

 private:
  void add_groups(const Pass& pass) const;

  bool center_;
  bool scale_;
  std::vector<float> ones_;
  std::vector<float> zeros_;
};

}  // namespace convoy::layers
