#include "kernels/layer_norm.h"

#include "kernels/isa.h"
#include "layers/registry.h"
#include "layers/sample_norm.h"

namespace convoy::layers {

/// Layer normalisation (Ba, Kiros & Hinton 2016) over the last axis, at each position of each sample apart:
///
///     y = gamma * (x - mean) / sqrt(variance + epsilon) + beta     with the mean and variance of the channels.
class LayerNorm final : public SampleNorm {
 public:
  explicit LayerNorm(const convoy::LayerNorm& options) : SampleNorm(options) {}
  static const Described<convoy::LayerNorm>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;
};
namespace {

const kernels::LayerNormKernels& layer_norm() { return kernels::for_this_cpu<kernels::LayerNormKernels>(); }

}  // namespace

const Described<convoy::LayerNorm>& LayerNorm::described() {
  static const Described<convoy::LayerNorm> all{"layer_norm",
                                                "Layer normalisation: each position of each sample over its last axis.",
                                                sample_norm_fields<convoy::LayerNorm>()};
  return all;
}

Declaration LayerNorm::setup(std::span<const Shape> inputs) {
  Declaration declaration = declare(inputs);
  declaration.saved_bytes = static_cast<std::size_t>(pixels_) * sizeof(kernels::Normal);
  declaration.scratch_floats = 4 * static_cast<std::size_t>(channels_);  // two arrays of double
  return declaration;
}

void LayerNorm::forward_sample(const Pass& pass, const Task& task) const {
  layer_norm().forward(pass.output[task.index], pass.saved_of<kernels::Normal>(task.index), pass.inputs[0][task.index],
                       gamma(pass), beta(pass), epsilon_, pixels_, channels_);
}

void LayerNorm::backward_sample(const Pass& pass, const Task& task) const {
  const float* d_y = pass.d_output[task.index];
  const float* x = pass.inputs[0][task.index];
  const auto* normals = pass.saved_of<kernels::Normal>(task.index);
  if (pass.trainable) {
    auto* d_gamma = reinterpret_cast<double*>(pass.scratch[static_cast<std::size_t>(task.worker)]);
    double* d_beta = d_gamma + channels_;
    layer_norm().parameter_gradients(d_gamma, d_beta, d_y, x, normals, pixels_, channels_);
    add_gradients(pass, task, d_gamma, d_beta);
  }
  if (pass.d_inputs[0]) {
    layer_norm().input_gradient(pass.d_inputs[0][task.index], d_y, x, normals, gamma(pass), pixels_, channels_);
  }
}

LayerType layer_norm_row() { return type_row<Layer, LayerNorm>(LayerNorm::described()); }

}  // namespace convoy::layers

convoy::LayerNorm::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::LayerNorm::described(), *this);
}
