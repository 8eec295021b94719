#include "layers/conv2d.h"

#include "core/aligned_buffer.h"
#include "layers/check.h"
#include "layers/kernel_keys.h"

namespace convoy::layers {
namespace {

KeySpec pair(const char* name, std::int64_t fallback, const char* doc) {
  return {.name = name, .kind = Kind::pair, .fallback = fallback, .doc = doc, .min = 1, .max = 4096};
}

KeySpec choice(const char* name, const std::string& fallback, const Texts& choices, const char* doc) {
  return {.name = name, .kind = Kind::choice, .fallback = fallback, .doc = doc, .choices = choices};
}

kernels::ConvOptions options_of(const Settings& settings) {
  return {.filters = settings.integer("filters"),
          .kernel = settings.pair("kernel"),
          .stride = settings.pair("stride"),
          .dilation = settings.pair("dilation"),
          .same = settings.text("padding") == "same"};
}

}  // namespace

TypeSpec Conv2D::spec() {
  TypeSpec spec{
      .name = "conv2d",
      .doc = "2-D convolution: height x width x channels to height' x width' x filters.",
      .keys = {
          {.name = "filters",
           .kind = Kind::integer,
           .fallback = {},
           .doc = "Channels of the output.",
           .min = 1,
           .max = 1 << 20,
           .required = true},
          pair("kernel", 3, "Height and width of the kernel; one number stands for both."),
          pair("stride", 1, "Pixels from one place of the kernel to the next."),
          choice("padding", "valid", {"valid", "same"},
                 "\"valid\" adds no border; \"same\" adds zeros so that the output is input / stride, rounded up."),
          pair("dilation", 1, "Pixels from one number of the kernel to the next."),
          choice("engine", "auto", {"auto", "blas", "direct", "winograd"},
                 "How to compute: \"blas\" through OpenBLAS, \"direct\" by convoy's own kernels (blas where the "
                 "kernel is dilated), \"winograd\" with fewer multiplications (3x3 without stride or dilation, else as "
                 "direct), \"auto\" by what is faster."),
      }};
  const std::vector<KeySpec> shared = kernel_keys();
  spec.keys.insert(spec.keys.end() - 1, shared.begin(), shared.end());  // engine stays last
  return spec;
}

Conv2D::Conv2D(const Settings& settings)
    : settings_(settings), options_(options_of(settings)), use_bias_(settings.flag("use_bias")) {}

Declaration Conv2D::setup(std::span<const Shape> inputs) {
  shape_ = kernels::conv_shape(only_input(inputs), options_);
  engine_ = kernels::make_conv(settings_.text("engine"), shape_);
  const int taps = shape_.kernel_h * shape_.kernel_w;
  Declaration d{.output = {shape_.out_h, shape_.out_w, shape_.out_c}};
  ParameterSpec kernel_spec = kernel_from(settings_);
  kernel_spec.shape = {shape_.kernel_h, shape_.kernel_w, shape_.in_c, shape_.out_c};
  kernel_spec.fan_in = taps * shape_.in_c;
  kernel_spec.fan_out = taps * shape_.out_c;
  d.parameters.push_back(kernel_spec);
  if (use_bias_) {
    d.parameters.push_back(bias_from(settings_));
    d.parameters.back().shape = {shape_.out_c};
  }
  d.shared_floats = round_to_line(engine_->forward_weights_floats()) + engine_->backward_weights_floats();
  d.scratch_floats = engine_->scratch_floats();
  d.macs = shape_.macs();
  d.folding = options_.same ? Folding::linear_padded : Folding::linear;
  d.grouped_gradients = true;
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

Sweeps Conv2D::forward(Mode, bool) const {
  Sweeps sweeps;
  if (engine_->forward_weights_floats() > 0) {
    const auto pack = [this](const Pass& pass, const Task&) {
      engine_->pack_forward(packed_forward(pass), pass.parameters[kernel]);
    };
    sweeps.push_back({.parts = 1, .body = pack, .early = true});
  }
  sweeps.push_back({.body = [this](const Pass& pass, const Task& task) { forward_sample(pass, task); },
                    .divisible = engine_->divisible()});
  return sweeps;
}

Sweeps Conv2D::backward(bool) const {
  Sweeps sweeps;
  if (engine_->backward_weights_floats() > 0) {
    const auto pack = [this](const Pass& pass, const Task&) {
      if (pass.d_inputs[0]) engine_->pack_backward(packed_backward(pass), pass.parameters[kernel]);
    };
    sweeps.push_back({.parts = 1, .body = pack, .early = true});
  }
  sweeps.push_back({.body = [this](const Pass& pass, const Task& task) { backward_sample(pass, task); }});
  return sweeps;
}

void Conv2D::forward_sample(const Pass& pass, const Task& task) const {
  const float* packed = packed_forward(pass);
  const kernels::RowRange rows{shape_.out_h * task.band / task.bands, shape_.out_h * (task.band + 1) / task.bands};
  engine_->forward(pass.output[task.index], pass.inputs[0][task.index],
                   packed != nullptr ? packed : pass.parameters[kernel], use_bias_ ? pass.parameters[bias] : nullptr,
                   pass.scratch[static_cast<std::size_t>(task.worker)], rows);
}

void Conv2D::backward_sample(const Pass& pass, const Task& task) const {
  const float* d_y = pass.d_output[task.index];
  float* scratch = pass.scratch[static_cast<std::size_t>(task.worker)];
  if (const GradientView d_kernel = pass.gradients[kernel]) {
    engine_->backward_kernel(d_kernel[task.group], d_y, pass.inputs[0][task.index], scratch);
  }
  if (use_bias_ && pass.gradients[bias]) {
    kernels::conv_bias_gradient(pass.gradients[bias][task.group], d_y, shape_.out_h * shape_.out_w, shape_.out_c);
  }
  if (pass.d_inputs[0]) {
    const float* packed = packed_backward(pass);
    engine_->backward_data(pass.d_inputs[0][task.index], d_y, packed != nullptr ? packed : pass.parameters[kernel],
                           scratch);
  }
}

}  // namespace convoy::layers
