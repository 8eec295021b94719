#include "layers/conv2d.h"

#include <algorithm>
#include <utility>

#include "core/aligned_buffer.h"
#include "kernels/elementwise.h"
#include "layers/check.h"
#include "layers/kernel_fields.h"

namespace convoy::layers {
namespace {

constexpr int sum_chunk = 512;  // numbers of each plane that one task adds up

std::pair<int, int> pair_of(const Size2& size) { return {size.height, size.width}; }

kernels::ConvOptions kernel_options(const convoy::Conv2D& options) {
  return {.filters = options.filters,
          .kernel = pair_of(options.kernel),
          .stride = pair_of(options.stride),
          .dilation = pair_of(options.dilation),
          .same = options.padding == "same"};
}

}  // namespace

const Described<convoy::Conv2D>& Conv2D::described() {
  using Options = convoy::Conv2D;
  constexpr int largest = 4096;
  static const Described<Options> all{
      "conv2d", "2-D convolution: height x width x channels to height' x width' x filters.",
      Fields<Options>()
          .add("filters", &Options::filters, "Channels of the output.", {.min = 1, .max = 1 << 20, .required = true})
          .add("kernel", &Options::kernel, "Height and width of the kernel; one number stands for both.",
               {.min = 1, .max = largest})
          .add("stride", &Options::stride, "Pixels from one place of the kernel to the next.",
               {.min = 1, .max = largest})
          .add("padding", &Options::padding,
               "\"valid\" adds no border; \"same\" adds zeros so that the output is input / stride, rounded up.",
               {.choices = {"valid", "same"}})
          .add("dilation", &Options::dilation, "Pixels from one number of the kernel to the next.",
               {.min = 1, .max = largest})
          .add_all(kernel_fields<Options>())
          .add(
              "engine", &Options::engine,
              "How to compute: \"blas\" through OpenBLAS, \"direct\" by convoy's own kernels (blas where the kernel is "
              "dilated), \"winograd\" with fewer multiplications (3x3 without stride or dilation, else as direct), "
              "\"auto\" by what is faster.",
              {.choices = {"auto", "blas", "direct", "winograd"}})};
  return all;
}

Declaration Conv2D::setup(std::span<const Shape> inputs) {
  shape_ = kernels::conv_shape(only_input(inputs), kernel_options(options_));
  engine_ = kernels::make_conv(options_.engine, shape_);
  const int taps = shape_.kernel_h * shape_.kernel_w;
  Declaration d{.output = {shape_.out_h, shape_.out_w, shape_.out_c}};
  ParameterDeclaration kernel_spec = kernel_of(options_);
  kernel_spec.shape = {shape_.kernel_h, shape_.kernel_w, shape_.in_c, shape_.out_c};
  kernel_spec.fan_in = taps * shape_.in_c;
  kernel_spec.fan_out = taps * shape_.out_c;
  d.parameters.push_back(kernel_spec);
  if (options_.use_bias) {
    d.parameters.push_back(bias_of(options_));
    d.parameters.back().shape = {shape_.out_c};
  }
  d.shared_floats = round_to_line(engine_->forward_weights_floats()) + engine_->backward_weights_floats();
  d.scratch_floats = engine_->scratch_floats();
  d.macs = shape_.macs();
  d.folding = options_.padding == "same" ? Folding::linear_padded : Folding::linear;
  d.group_floats = kernel_sums() + static_cast<std::size_t>(shape_.out_c);
  return d;
}

/// Packed weights live in the session's shared memory: forward's first, then backward's. An engine that packs nothing
/// reads the kernel itself.
float* Conv2D::packed_forward(const Pass& pass) const {
  return engine_->forward_weights_floats() == 0 ? nullptr : pass.shared;
}
float* Conv2D::packed_backward(const Pass& pass) const {
  if (engine_->backward_weights_floats() == 0) return nullptr;
  return pass.shared + round_to_line(engine_->forward_weights_floats());
}

Stages Conv2D::forward(Mode, bool) const {
  Stages stages;
  if (engine_->forward_weights_floats() > 0) {
    const auto pack = [this](const Pass& pass, const Task&) {
      engine_->pack_forward(packed_forward(pass), pass.parameters[kernel]);
    };
    stages.push_back({.parts = 1, .body = pack, .when = Stage::When::early});
  }
  stages.push_back({.body = [this](const Pass& pass, const Task& task) { forward_sample(pass, task); },
                    .divisible = engine_->divisible()});
  return stages;
}

Stages Conv2D::backward(bool trainable) const {
  Stages stages;
  if (engine_->backward_weights_floats() > 0) {
    const auto pack = [this](const Pass& pass, const Task&) {
      if (pass.d_inputs[0]) engine_->pack_backward(packed_backward(pass), pass.parameters[kernel]);
    };
    stages.push_back({.parts = 1, .body = pack, .when = Stage::When::early});
  }
  stages.push_back({.body = [this](const Pass& pass, const Task& task) { backward_sample(pass, task); }});
  if (trainable) {
    stages.push_back({.parts = (tap_floats() + sum_chunk - 1) / sum_chunk,
                      .body = [this](const Pass& pass, const Task& task) { add_groups(pass, task.index); },
                      .when = Stage::When::late});
  }
  return stages;
}

void Conv2D::forward_sample(const Pass& pass, const Task& task) const {
  const float* packed = packed_forward(pass);
  const kernels::RowRange rows{shape_.out_h * task.band / task.bands, shape_.out_h * (task.band + 1) / task.bands};
  engine_->forward(
      pass.output[task.index], pass.inputs[0][task.index], packed != nullptr ? packed : pass.parameters[kernel],
      options_.use_bias ? pass.parameters[bias] : nullptr, pass.scratch[static_cast<std::size_t>(task.worker)], rows);
}

void Conv2D::backward_sample(const Pass& pass, const Task& task) const {
  const float* d_y = pass.d_output[task.index];
  float* scratch = pass.scratch[static_cast<std::size_t>(task.worker)];
  if (pass.trainable) {
    float* sums = pass.group_sums[task.group];
    engine_->backward_kernel(sums, d_y, pass.inputs[0][task.index], scratch);
    if (options_.use_bias) {
      kernels::conv_bias_gradient(sums + kernel_sums(), d_y, shape_.out_h * shape_.out_w, shape_.out_c);
    }
  }
  if (pass.d_inputs[0]) {
    const float* packed = packed_backward(pass);
    engine_->backward_data(pass.d_inputs[0][task.index], d_y, packed != nullptr ? packed : pass.parameters[kernel],
                           scratch);
  }
}

/// Adds up the groups in order, of each tap one chunk.
void Conv2D::add_groups(const Pass& pass, int part) const {
  const std::ptrdiff_t tap = tap_floats();
  const std::ptrdiff_t begin = std::ptrdiff_t{part} * sum_chunk;
  const std::ptrdiff_t end = std::min(begin + sum_chunk, tap);
  float* sums = pass.group_sums[0];
  const auto add = [&](std::ptrdiff_t at, std::ptrdiff_t count) {
    for (int group = 1; group < pass.groups; ++group) {
      kernels::elementwise().add(sums + at, sums + at, pass.group_sums[group] + at, static_cast<std::size_t>(count));
    }
  };
  for (int plane = 0; plane < engine_->sum_planes(); ++plane) add(plane * tap + begin, end - begin);
  engine_->add_kernel_gradient(pass.gradients[kernel], sums, begin, end);
  if (!options_.use_bias || part != 0) return;
  const auto biases = static_cast<std::ptrdiff_t>(kernel_sums());
  add(biases, shape_.out_c);
  kernels::elementwise().add(pass.gradients[bias], pass.gradients[bias], sums + biases,
                             static_cast<std::size_t>(shape_.out_c));
}

int Conv2D::tap_floats() const { return shape_.in_c * shape_.out_c; }

/// A group's sums: the engine's, then the bias's.
std::size_t Conv2D::kernel_sums() const {
  return round_to_line(static_cast<std::size_t>(engine_->sum_planes()) * static_cast<std::size_t>(tap_floats()));
}

}  // namespace convoy::layers

convoy::Conv2D::operator convoy::LayerSpec() const { return layers::layer_spec(layers::Conv2D::described(), *this); }
