#include <algorithm>
#include <vector>

#include "kernels/conv.h"
#include "kernels/elementwise.h"
#include "layers/check.h"
#include "layers/described_layer.h"
#include "layers/layer.h"
#include "layers/registry.h"

namespace convoy::layers {

/// The product of two or more inputs, each of one shape H x W x C, or a gate: C or 1 x 1 x C, which multiplies every
/// pixel.
class Multiply final : public SampleLayer {
 public:
  explicit Multiply(const convoy::Multiply&) {}
  static const Described<convoy::Multiply>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  /// Whether an input has one number for each channel instead of the output's shape.
  bool is_gate(std::size_t input) const { return sizes_[input] != size_; }
  /// Multiplies `product`, of the output's shape, by the values x of an input.
  void multiply_by(float* product, std::size_t input, const float* x) const;

  std::size_t size_ = 0;
  std::size_t channels_ = 0;
  std::vector<std::size_t> sizes_ = {};
};

const Described<convoy::Multiply>& Multiply::described() {
  static const Described<convoy::Multiply> all{
      "multiply",
      "The product of its inputs, which have one shape; of an input that is 1 x 1 x channels or a vector of channels "
      "the numbers go with every pixel (squeeze and excite)."};
  return all;
}

Declaration Multiply::setup(std::span<const Shape> inputs) {
  require_several_inputs(inputs);
  const Shape& largest = *std::ranges::max_element(inputs, {}, &Shape::size);
  size_ = largest.size();
  channels_ = static_cast<std::size_t>(largest.last());
  for (const Shape& shape : inputs) {
    const bool gate = shape.last() == largest.last() && shape.size() == channels_;
    if (shape != largest && !gate) {
      throw Error(ErrorKind::config, "inputs must have one shape, or one number for each of the " +
                                         std::to_string(channels_) + " channels, got " + largest.text() + " and " +
                                         shape.text());
    }
    sizes_.push_back(shape.size());
  }
  return {.output = largest, .scratch_floats = size_};
}

void Multiply::multiply_by(float* product, std::size_t input, const float* x) const {
  if (!is_gate(input)) {
    kernels::elementwise().multiply(product, product, x, size_);
    return;
  }
  for (std::size_t at = 0; at < size_; at += channels_) {
    kernels::elementwise().multiply(product + at, product + at, x, channels_);
  }
}

void Multiply::forward_sample(const Pass& pass, const Task& task) const {
  float* y = pass.output[task.index];
  const auto whole = static_cast<std::size_t>(std::ranges::find(sizes_, size_) - sizes_.begin());
  std::copy_n(pass.inputs[whole][task.index], size_, y);
  for (std::size_t i = 0; i < sizes_.size(); ++i) {
    if (i != whole) multiply_by(y, i, pass.inputs[i][task.index]);
  }
}

void Multiply::backward_sample(const Pass& pass, const Task& task) const {
  float* scratch = pass.scratch[static_cast<std::size_t>(task.worker)];
  for (std::size_t i = 0; i < sizes_.size(); ++i) {
    if (!pass.d_inputs[i]) continue;
    float* d_x = pass.d_inputs[i][task.index];
    float* product = is_gate(i) ? scratch : d_x;
    std::copy_n(pass.d_output[task.index], size_, product);
    for (std::size_t j = 0; j < sizes_.size(); ++j) {
      if (j != i) multiply_by(product, j, pass.inputs[j][task.index]);
    }
    if (!is_gate(i)) continue;
    std::fill_n(d_x, channels_, 0.0F);
    kernels::conv_bias_gradient(d_x, product, static_cast<int>(size_ / channels_), static_cast<int>(channels_));
  }
}

LayerType multiply_row() { return type_row<Layer, Multiply>(Multiply::described()); }

}  // namespace convoy::layers

convoy::Multiply::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::Multiply::described(), *this);
}
