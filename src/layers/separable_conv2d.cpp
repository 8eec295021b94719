#include <algorithm>

#include "core/aligned_buffer.h"
#include "layers/check.h"
#include "layers/convolution.h"
#include "layers/described_layer.h"
#include "layers/kernel_fields.h"
#include "layers/layer.h"
#include "layers/registry.h"

namespace convoy::layers {

/// A convolution of each channel by itself, then one with a 1x1 kernel across channels: (H, W, C) -> (H', W', filters).
/// Parameters: depthwise_kernel (kh, kw, C, m), pointwise_kernel (1, 1, C * m, filters) and, unless use_bias is false,
/// bias (filters).
class SeparableConv2D final : public Layer {
 public:
  explicit SeparableConv2D(const convoy::SeparableConv2D& options) : options_(options) {}
  static const Described<convoy::SeparableConv2D>& described();

  Declaration setup(std::span<const Shape> inputs) override;
  Stages forward(Mode mode, bool trainable) const override;
  Stages backward(bool trainable) const override;

 private:
  enum Parameter : std::size_t { depthwise_kernel, pointwise_kernel, bias };

  /// Assigns the sample's output, and the image between the two convolutions.
  void forward_sample(const Pass& pass, const Task& task) const;
  /// Assigns the sample's d_input unless it is null, and, if trainable, adds its gradients of both kernels and the bias
  /// to its group's sums.
  void backward_sample(const Pass& pass, const Task& task) const;
  /// Adds the groups' sums to the gradients: first the parts of the depthwise kernel, with part 0 the bias, then those
  /// of the pointwise kernel.
  void add_groups(const Pass& pass, int part) const;
  /// Where the image between the two convolutions stands: in the saved bytes in training, else in the worker's scratch.
  float* between(const Pass& pass, const Task& task) const;
  /// The engines' part of the worker's scratch, behind the image between.
  float* engine_scratch(const Pass& pass, const Task& task) const;
  /// Where the bias's sums begin in a group's sums.
  std::size_t bias_sums() const { return depthwise_.sums_floats() + pointwise_.sums_floats(); }

  convoy::SeparableConv2D options_;
  Convolution depthwise_;
  Convolution pointwise_;
};

const Described<convoy::SeparableConv2D>& SeparableConv2D::described() {
  using Options = convoy::SeparableConv2D;
  static const Described<Options> all{
      "separable_conv2d",
      "2-D convolution of each channel by itself, then one of 1x1 pixels across channels; what is said of the kernel "
      "holds for both.",
      Fields<Options>()
          .add("filters", &Options::filters, "Channels of the output.", {.min = 1, .max = 1 << 20, .required = true})
          .add_all(window_fields<Options>())
          .add("depth_multiplier", &Options::depth_multiplier, "Outputs of each channel by itself.",
               {.min = 1, .max = 4096})
          .add_all(kernel_fields<Options>())};
  return all;
}

Declaration SeparableConv2D::setup(std::span<const Shape> inputs) {
  const Shape& input = image_input(inputs);
  kernels::ConvOptions of_channels = kernel_options(options_);
  of_channels.filters = repeated_channels(input[2], options_.depth_multiplier);
  of_channels.groups = input[2];
  const kernels::ConvShape first = kernels::conv_shape(input, of_channels);
  const Shape middle{first.out_h, first.out_w, first.out_c};
  depthwise_.set_up("auto", first);
  pointwise_.set_up("auto", kernels::conv_shape(middle, {.filters = options_.filters}),
                    round_to_line(depthwise_.shared_floats()), depthwise_.sums_floats());
  Declaration d{.output = {first.out_h, first.out_w, options_.filters}};
  const int taps = first.kernel_h * first.kernel_w;
  d.parameters.assign(2, kernel_of(options_));
  d.parameters[0].name = "depthwise_kernel";
  d.parameters[0].shape = {first.kernel_h, first.kernel_w, first.in_c, options_.depth_multiplier};
  d.parameters[0].outputs = first.out_c;
  d.parameters[0].fan_in = taps * first.in_c;
  d.parameters[0].fan_out = taps * options_.depth_multiplier;
  d.parameters[1].name = "pointwise_kernel";
  d.parameters[1].shape = {1, 1, first.out_c, options_.filters};
  d.parameters[1].fan_in = first.out_c;
  d.parameters[1].fan_out = options_.filters;
  if (options_.use_bias) {
    d.parameters.push_back(bias_of(options_));
    d.parameters.back().shape = {options_.filters};
  }
  d.saved_bytes = middle.size() * sizeof(float);
  d.shared_floats = round_to_line(depthwise_.shared_floats()) + pointwise_.shared_floats();
  d.scratch_floats = round_to_line(middle.size()) + std::max(depthwise_.scratch_floats(), pointwise_.scratch_floats());
  d.macs = first.macs() + pointwise_.shape().macs();
  d.group_floats = bias_sums() + static_cast<std::size_t>(options_.filters);
  return d;
}

float* SeparableConv2D::between(const Pass& pass, const Task& task) const {
  return pass.mode == Mode::train ? pass.saved_of<float>(task.index)
                                  : pass.scratch[static_cast<std::size_t>(task.worker)];
}

float* SeparableConv2D::engine_scratch(const Pass& pass, const Task& task) const {
  return pass.scratch[static_cast<std::size_t>(task.worker)] + round_to_line(depthwise_.shape().out_floats());
}

Stages SeparableConv2D::forward(Mode, bool) const {
  Stages stages = depthwise_.pack_for_forward(depthwise_kernel);
  for (Stage& pack : pointwise_.pack_for_forward(pointwise_kernel)) stages.push_back(std::move(pack));
  stages.push_back({.body = [this](const Pass& pass, const Task& task) { forward_sample(pass, task); }});
  return stages;
}

Stages SeparableConv2D::backward(bool trainable) const {
  Stages stages = depthwise_.pack_for_backward_data(depthwise_kernel, true);
  for (Stage& pack : pointwise_.pack_for_backward_data(pointwise_kernel, false)) stages.push_back(std::move(pack));
  stages.push_back({.body = [this](const Pass& pass, const Task& task) { backward_sample(pass, task); }});
  if (trainable) {
    stages.push_back({.parts = depthwise_.parts() + pointwise_.parts(),
                      .body = [this](const Pass& pass, const Task& task) { add_groups(pass, task.index); },
                      .when = Stage::When::late});
  }
  return stages;
}

void SeparableConv2D::forward_sample(const Pass& pass, const Task& task) const {
  float* middle = between(pass, task);
  float* scratch = engine_scratch(pass, task);
  depthwise_.forward(pass, middle, pass.inputs[0][task.index], pass.parameters[depthwise_kernel], nullptr, scratch);
  pointwise_.forward(pass, pass.output[task.index], middle, pass.parameters[pointwise_kernel],
                     options_.use_bias ? pass.parameters[bias] : nullptr, scratch);
}

void SeparableConv2D::backward_sample(const Pass& pass, const Task& task) const {
  const float* d_y = pass.d_output[task.index];
  const float* middle = pass.saved_of<float>(task.index);
  float* d_middle = pass.scratch[static_cast<std::size_t>(task.worker)];
  float* scratch = engine_scratch(pass, task);
  if (pass.trainable) {
    pointwise_.backward_kernel(pass, task, d_y, middle, scratch);
    if (options_.use_bias) {
      const kernels::ConvShape& shape = pointwise_.shape();
      kernels::conv_bias_gradient(pass.group_sums[task.group] + bias_sums(), d_y, shape.out_h * shape.out_w,
                                  shape.out_c);
    }
  }
  if (!pass.trainable && !pass.d_inputs[0]) return;
  pointwise_.backward_data(pass, d_middle, d_y, pass.parameters[pointwise_kernel], scratch);
  if (pass.trainable) depthwise_.backward_kernel(pass, task, d_middle, pass.inputs[0][task.index], scratch);
  if (pass.d_inputs[0]) {
    depthwise_.backward_data(pass, pass.d_inputs[0][task.index], d_middle, pass.parameters[depthwise_kernel], scratch);
  }
}

void SeparableConv2D::add_groups(const Pass& pass, int part) const {
  if (part < depthwise_.parts()) {
    depthwise_.add_groups(pass, part, pass.gradients[depthwise_kernel]);
  } else {
    pointwise_.add_groups(pass, part - depthwise_.parts(), pass.gradients[pointwise_kernel]);
  }
  if (options_.use_bias && part == 0) add_bias_groups(pass, bias_sums(), options_.filters, pass.gradients[bias]);
}

LayerType separable_conv2d_row() { return type_row<Layer, SeparableConv2D>(SeparableConv2D::described()); }

}  // namespace convoy::layers

convoy::SeparableConv2D::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::SeparableConv2D::described(), *this);
}
