#include <algorithm>

#include "layers/check.h"
#include "layers/described_layer.h"
#include "layers/layer.h"
#include "layers/registry.h"

namespace convoy::layers {

/// Joins two or more inputs along the last axis; their other extents agree.
class Concat final : public SampleLayer {
 public:
  explicit Concat(const convoy::Concat&) {}
  static const Described<convoy::Concat>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  std::size_t rows_ = 0;               ///< pixels, or 1 for feature vectors
  std::vector<std::size_t> channels_;  ///< by input
  std::size_t all_channels_ = 0;
};
namespace {

/// Whether two shapes differ in their last extent only.
bool agree(const Shape& a, const Shape& b) {
  if (a.rank() != b.rank()) return false;
  for (int axis = 0; axis + 1 < a.rank(); ++axis) {
    if (a[axis] != b[axis]) return false;
  }
  return true;
}

/// Copies `rows` runs of `width` floats between two arrays whose runs begin `to_step` and `from_step` apart.
void copy_runs(float* to, std::size_t to_step, const float* from, std::size_t from_step, std::size_t width,
               std::size_t rows) {
  for (std::size_t row = 0; row < rows; ++row) std::copy_n(from + row * from_step, width, to + row * to_step);
}

}  // namespace

const Described<convoy::Concat>& Concat::described() {
  static const Described<convoy::Concat> all{"concat", "Joins its inputs along the last axis."};
  return all;
}

Declaration Concat::setup(std::span<const Shape> inputs) {
  require_several_inputs(inputs);
  for (const Shape& shape : inputs) {
    if (!agree(shape, inputs[0])) {
      throw Error(ErrorKind::config,
                  "inputs may differ in the last extent only, got " + inputs[0].text() + " and " + shape.text());
    }
    channels_.push_back(static_cast<std::size_t>(shape.last()));
    all_channels_ += channels_.back();
  }
  rows_ = inputs[0].size() / channels_[0];
  std::vector<int> extents;
  for (int axis = 0; axis + 1 < inputs[0].rank(); ++axis) extents.push_back(inputs[0][axis]);
  extents.push_back(static_cast<int>(all_channels_));
  return {.output = Shape(extents.begin(), extents.end())};
}

void Concat::forward_sample(const Pass& pass, const Task& task) const {
  float* to = pass.output[task.index];
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    copy_runs(to, all_channels_, pass.inputs[i][task.index], channels_[i], channels_[i], rows_);
    to += channels_[i];
  }
}

void Concat::backward_sample(const Pass& pass, const Task& task) const {
  const float* from = pass.d_output[task.index];
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    if (pass.d_inputs[i])
      copy_runs(pass.d_inputs[i][task.index], channels_[i], from, all_channels_, channels_[i], rows_);
    from += channels_[i];
  }
}

LayerType concat_row() { return type_row<Layer, Concat>(Concat::described()); }

}  // namespace convoy::layers

convoy::Concat::operator convoy::LayerSpec() const { return layers::layer_spec(layers::Concat::described(), *this); }
