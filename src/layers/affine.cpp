#include "kernels/batch_norm.h"
#include "layers/check.h"
#include "layers/registry.h"
#include "layers/sample_norm.h"

namespace convoy::layers {

/// y = gamma * x + beta by channel (the last axis), both learnt: a SampleNorm that normalises nothing.
class Affine final : public SampleNorm {
 public:
  explicit Affine(const convoy::Affine& options);
  static const Described<convoy::Affine>& described();

  Declaration setup(std::span<const Shape> inputs) override;
  void affine_map(std::span<const float* const> parameters, std::span<const float* const> states,
                  std::span<double> scale, std::span<double> shift) const override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  convoy::Affine options_;
  std::vector<float> means_;  ///< zeros
};

Affine::Affine(const convoy::Affine& options) : SampleNorm(0, options.center, options.scale), options_(options) {}

const Described<convoy::Affine>& Affine::described() {
  static const Described<convoy::Affine> all{"affine", "gamma * x + beta, by channel: what a normalisation ends with.",
                                             affine_fields<convoy::Affine>()};
  return all;
}

Declaration Affine::setup(std::span<const Shape> inputs) {
  Declaration declaration = declare(inputs);
  means_.assign(static_cast<std::size_t>(channels_), 0.0F);
  declaration.scratch_floats = 4 * static_cast<std::size_t>(channels_);  // two doubles a channel
  declaration.folding = Folding::affine;
  return declaration;
}

void Affine::affine_map(std::span<const float* const> parameters, std::span<const float* const>,
                        std::span<double> scale, std::span<double> shift) const {
  for (std::size_t c = 0; c < scale.size(); ++c) {
    scale[c] = options_.scale ? static_cast<double>(parameters.front()[c]) : 1;
    shift[c] = options_.center ? static_cast<double>(parameters.back()[c]) : 0;
  }
}

void Affine::forward_sample(const Pass& pass, const Task& task) const {
  kernels::batch_norm().normalize(pass.output[task.index], pass.inputs[0][task.index], means_.data(), gamma(pass),
                                  beta(pass), pixels_, channels_);
}

void Affine::backward_sample(const Pass& pass, const Task& task) const {
  const float* d_y = pass.d_output[task.index];
  if (pass.trainable) {
    auto* d_beta = reinterpret_cast<double*>(pass.scratch[static_cast<std::size_t>(task.worker)]);
    double* d_gamma = d_beta + channels_;
    kernels::batch_norm().gradient_sums(d_beta, d_gamma, d_y, pass.inputs[0][task.index], means_.data(), pixels_,
                                        channels_);
    add_gradients(pass, task, d_gamma, d_beta);
  }
  if (!pass.d_inputs[0]) return;
  kernels::batch_norm().frozen_input_gradient(pass.d_inputs[0][task.index], d_y, gamma(pass), pixels_, channels_);
}

LayerType affine_row() { return type_row<Layer, Affine>(Affine::described()); }

}  // namespace convoy::layers

convoy::Affine::operator convoy::LayerSpec() const { return layers::layer_spec(layers::Affine::described(), *this); }
