#include <algorithm>

#include "convoy/number_text.h"
#include "kernels/activation.h"
#include "kernels/elementwise.h"
#include "layers/check.h"
#include "layers/described_layer.h"
#include "layers/layer.h"
#include "layers/registry.h"

namespace convoy::layers {

/// y = x where x > 0, else alpha * x with alpha learnt (He et al. 2015), for each number of the input, for each
/// channel, or one for all.
class PReLU final : public Layer {
 public:
  explicit PReLU(const convoy::PReLU& options) : options_(options) {}
  static const Described<convoy::PReLU>& described();

  Declaration setup(std::span<const Shape> inputs) override;
  Stages forward(Mode mode, bool trainable) const override;
  Stages backward(bool trainable) const override;

 private:
  /// Assigns the sample's output.
  void forward_sample(const Pass& pass, const Task& task) const;
  /// Assigns the sample's d_input unless it is null, and, if trainable, adds the gradients of its slopes to its group's
  /// sums.
  void backward_sample(const Pass& pass, const Task& task) const;
  /// Adds the groups' sums to the gradient of the slopes.
  void add_groups(const Pass& pass) const;
  /// The width_ slopes of a row: the parameter, or copies of its only number, which it writes to the worker's scratch.
  const float* row_slopes(const Pass& pass, const Task& task) const;

  convoy::PReLU options_;
  std::size_t rows_ = 0;   ///< of the input, which all have the same slopes
  std::size_t width_ = 0;  ///< of a row
};

const Described<convoy::PReLU>& PReLU::described() {
  using Options = convoy::PReLU;
  static const Described<Options> all{
      "prelu", "x where it is positive, else a learnt slope times x.",
      Fields<Options>()
          .add("slopes", &Options::slopes,
               "\"each\": one for each number of the input (Keras); \"channel\": one for each channel (Keras with "
               "shared_axes=[1, 2], PyTorch with num_parameters); \"one\" for all (PyTorch).",
               {.choices = {"each", "channel", "one"}})
          .add("initial", &Options::initial, "What the slopes begin with: 0 as in Keras; PyTorch has 0.25.")};
  return all;
}

Declaration PReLU::setup(std::span<const Shape> inputs) {
  const Shape& input = only_input(inputs);
  const bool each = options_.slopes == "each";
  const bool one = options_.slopes == "one";
  width_ = each ? input.size() : static_cast<std::size_t>(input.last());
  rows_ = input.size() / width_;
  const Shape channels{input.last()};
  const Shape slopes = one ? Shape{1} : (each ? input : channels);
  Declaration d{.output = input};
  d.parameters = {{.name = "alpha", .shape = slopes, .initializer = "constant(" + shortest(options_.initial) + ")"}};
  d.scratch_floats = one ? width_ : 0;
  d.group_floats = width_;
  return d;
}

const float* PReLU::row_slopes(const Pass& pass, const Task& task) const {
  if (options_.slopes != "one") return pass.parameters[0];
  float* copies = pass.scratch[static_cast<std::size_t>(task.worker)];
  std::fill_n(copies, width_, pass.parameters[0][0]);
  return copies;
}

Stages PReLU::forward(Mode, bool) const {
  return {{.body = [this](const Pass& pass, const Task& task) { forward_sample(pass, task); }}};
}

Stages PReLU::backward(bool trainable) const {
  Stages stages = {{.body = [this](const Pass& pass, const Task& task) { backward_sample(pass, task); }}};
  if (trainable) {
    stages.push_back(
        {.parts = 1, .body = [this](const Pass& pass, const Task&) { add_groups(pass); }, .when = Stage::When::late});
  }
  return stages;
}

void PReLU::forward_sample(const Pass& pass, const Task& task) const {
  const float* slopes = row_slopes(pass, task);
  const float* x = pass.inputs[0][task.index];
  float* y = pass.output[task.index];
  for (std::size_t row = 0; row < rows_; ++row, x += width_, y += width_) {
    kernels::activation().prelu(y, x, slopes, width_);
  }
}

void PReLU::backward_sample(const Pass& pass, const Task& task) const {
  const float* slopes = row_slopes(pass, task);
  const float* x = pass.inputs[0][task.index];
  const float* d_y = pass.d_output[task.index];
  float* d_x = pass.d_inputs[0] ? pass.d_inputs[0][task.index] : nullptr;
  float* sums = pass.trainable ? pass.group_sums[task.group] : nullptr;
  for (std::size_t row = 0; row < rows_; ++row, x += width_, d_y += width_) {
    kernels::activation().d_prelu(d_x, sums, d_y, x, slopes, width_);
    if (d_x != nullptr) d_x += width_;
  }
}

void PReLU::add_groups(const Pass& pass) const {
  float* gradient = pass.gradients[0];
  const float* sums = pass.sum_groups(0, width_);
  if (options_.slopes == "one") {
    for (std::size_t c = 0; c < width_; ++c) *gradient += sums[c];
  } else {
    kernels::elementwise().add(gradient, gradient, sums, width_);
  }
}

LayerType prelu_row() { return type_row<Layer, PReLU>(PReLU::described()); }

}  // namespace convoy::layers

convoy::PReLU::operator convoy::LayerSpec() const { return layers::layer_spec(layers::PReLU::described(), *this); }
