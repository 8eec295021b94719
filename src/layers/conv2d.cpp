#include "layers/conv2d.h"

#include "layers/check.h"
#include "layers/kernel_fields.h"
#include "layers/registry.h"

namespace convoy::layers {

const Described<convoy::Conv2D>& Conv2D::described() {
  using Options = convoy::Conv2D;
  static const Described<Options> all{
      "conv2d", "2-D convolution: height x width x channels to height' x width' x filters.",
      Fields<Options>()
          .add("filters", &Options::filters, "Channels of the output.", {.min = 1, .max = 1 << 20, .required = true})
          .add_all(window_fields<Options>())
          .add("groups", &Options::groups,
               "Into how many groups the channels and the filters are divided; each makes its filters from its "
               "channels.",
               {.min = 1})
          .add_all(kernel_fields<Options>())
          .add("engine", &Options::engine,
               "How to compute: \"auto\" by what is faster of convoy's own kernels, \"direct\" as a sum over patches, "
               "\"winograd\" with fewer multiplications (3x3 without stride, dilation or groups, else as direct), "
               "\"blas\" through OpenBLAS, which has other bits on other CPUs.",
               {.choices = {"auto", "blas", "direct", "winograd"}})};
  return all;
}

Declaration Conv2D::setup(std::span<const Shape> inputs) {
  kernels::ConvOptions kernel_form = kernel_options(options_);
  kernel_form.filters = options_.filters;
  kernel_form.groups = options_.groups;
  convolution_.set_up(options_.engine, kernels::conv_shape(only_input(inputs), kernel_form));
  const kernels::ConvShape& shape = convolution_.shape();
  const int taps = shape.kernel_h * shape.kernel_w;
  Declaration d{.output = {shape.out_h, shape.out_w, shape.out_c}};
  ParameterDeclaration kernel_spec = kernel_of(options_);
  kernel_spec.shape = {shape.kernel_h, shape.kernel_w, shape.group_in_c(), shape.out_c};
  kernel_spec.fan_in = taps * shape.group_in_c();
  kernel_spec.fan_out = taps * shape.out_c;
  d.parameters.push_back(kernel_spec);
  if (options_.use_bias) {
    d.parameters.push_back(bias_of(options_));
    d.parameters.back().shape = {shape.out_c};
  }
  d.shared_floats = convolution_.shared_floats();
  d.scratch_floats = convolution_.scratch_floats();
  d.macs = shape.macs();
  // With groups a kernel's rows do not go through all channels.
  const bool bare = options_.padding == Padding("valid") || options_.padding == Padding(0);
  d.folding = bare && shape.groups == 1 ? Folding::linear : Folding::linear_padded;
  d.group_floats = convolution_.sums_floats() + static_cast<std::size_t>(shape.out_c);
  d.group_scratch_floats = convolution_.group_scratch_floats();
  return d;
}

Stages Conv2D::forward(Mode, bool) const {
  Stages stages = convolution_.pack_for_forward(kernel);
  stages.push_back({.body = [this](const Pass& pass, const Task& task) { forward_sample(pass, task); },
                    .band_rows = convolution_.band_rows()});
  return stages;
}

Stages Conv2D::backward(bool trainable) const {
  Stages stages = convolution_.pack_for_backward_data(kernel, true);
  if (trainable && convolution_.joins_samples()) {
    stages.push_back({.parts = Stage::by_group,
                      .body = [this](const Pass& pass, const Task& task) { backward_kernel_of_group(pass, task); }});
  }
  stages.push_back({.body = [this](const Pass& pass, const Task& task) { backward_sample(pass, task); }});
  if (trainable) {
    stages.push_back({.parts = convolution_.parts(),
                      .body = [this](const Pass& pass, const Task& task) { add_groups(pass, task.index); },
                      .when = Stage::When::late});
  }
  return stages;
}

void Conv2D::forward_sample(const Pass& pass, const Task& task) const {
  const int height = convolution_.shape().out_h;
  convolution_.forward(pass, pass.output[task.index], pass.inputs[0][task.index], pass.parameters[kernel],
                       options_.use_bias ? pass.parameters[bias] : nullptr,
                       pass.scratch[static_cast<std::size_t>(task.worker)],
                       {task.first_row(height), task.end_row(height)});
}

void Conv2D::backward_kernel_of_group(const Pass& pass, const Task& task) const {
  convolution_.backward_kernel_of_group(pass, task, pass.d_output, pass.inputs[0],
                                        pass.scratch[static_cast<std::size_t>(task.worker)]);
}

void Conv2D::backward_sample(const Pass& pass, const Task& task) const {
  const kernels::ConvShape& shape = convolution_.shape();
  const float* d_y = pass.d_output[task.index];
  float* scratch = pass.scratch[static_cast<std::size_t>(task.worker)];
  if (pass.trainable) {
    if (!convolution_.joins_samples()) {
      convolution_.backward_kernel(pass, task, d_y, pass.inputs[0][task.index], scratch);
    }
    if (options_.use_bias) {
      kernels::conv_bias_gradient(pass.group_sums[task.group] + convolution_.sums_floats(), d_y,
                                  shape.out_h * shape.out_w, shape.out_c);
    }
  }
  if (pass.d_inputs[0]) {
    convolution_.backward_data(pass, pass.d_inputs[0][task.index], d_y, pass.parameters[kernel], scratch);
  }
}

void Conv2D::add_groups(const Pass& pass, int part) const {
  convolution_.add_groups(pass, part, pass.gradients[kernel]);
  if (!options_.use_bias || part != 0) return;
  add_bias_groups(pass, convolution_.sums_floats(), convolution_.shape().out_c, pass.gradients[bias]);
}

LayerType conv2d_row() { return type_row<Layer, Conv2D>(Conv2D::described()); }

}  // namespace convoy::layers

convoy::Conv2D::operator convoy::LayerSpec() const { return layers::layer_spec(layers::Conv2D::described(), *this); }
