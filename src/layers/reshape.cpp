#include <algorithm>
#include <vector>

#include "layers/check.h"
#include "layers/described_layer.h"
#include "layers/layer.h"
#include "layers/registry.h"

namespace convoy::layers {

/// The same numbers in another shape.
class Reshape final : public SampleLayer {
 public:
  explicit Reshape(const convoy::Reshape& options) : wanted_(options.shape) {}
  static const Described<convoy::Reshape>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  /// The wanted shape with -1 replaced. Throws Error{config} where it cannot have as many numbers as the input.
  Shape target(const Shape& input) const;

  Integers wanted_;
  std::size_t size_ = 0;
};

const Described<convoy::Reshape>& Reshape::described() {
  static const Described<convoy::Reshape> all{
      "reshape", "The same numbers in another shape.",
      Fields<convoy::Reshape>().add(
          "shape", &convoy::Reshape::shape,
          "The extents: height, width, channels, or the length of a vector; -1 stands for what "
          "is left.",
          {.min = -1, .required = true})};
  return all;
}

Shape Reshape::target(const Shape& input) const {
  std::vector<int> extents;
  std::size_t known = 1;
  int open = 0;
  for (const std::int64_t extent : wanted_) {
    extents.push_back(static_cast<int>(extent));
    if (extent == -1) ++open;
    if (extent != -1) known *= static_cast<std::size_t>(extent);
    if (known > input.size()) break;  // before it overflows
  }
  const bool divides = known > 0 && input.size() % known == 0;
  if (open > 1 || !divides || (open == 0 && known != input.size())) {
    throw Error(ErrorKind::config, "\"shape\" must have the " + std::to_string(input.size()) + " numbers of input " +
                                       input.text() + ", and at most one extent of -1");
  }
  std::ranges::replace(extents, -1, static_cast<int>(input.size() / known));
  return {extents.begin(), extents.end()};
}

Declaration Reshape::setup(std::span<const Shape> inputs) {
  const Shape& input = only_input(inputs);
  size_ = input.size();
  return {.output = target(input), .view = true};
}

/// Copies unless input and output are one buffer, as a session makes them where it can.
void Reshape::forward_sample(const Pass& pass, const Task& task) const {
  const float* x = pass.inputs[0][task.index];
  float* y = pass.output[task.index];
  if (y != x) std::copy_n(x, size_, y);
}

void Reshape::backward_sample(const Pass& pass, const Task& task) const {
  if (!pass.d_inputs[0]) return;
  const float* d_y = pass.d_output[task.index];
  float* d_x = pass.d_inputs[0][task.index];
  if (d_x != d_y) std::copy_n(d_y, size_, d_x);
}

LayerType reshape_row() { return type_row<Layer, Reshape>(Reshape::described()); }

}  // namespace convoy::layers

convoy::Reshape::operator convoy::LayerSpec() const { return layers::layer_spec(layers::Reshape::described(), *this); }
