#include "layers/convolution.h"

#include <algorithm>

#include "core/aligned_buffer.h"
#include "kernels/elementwise.h"

namespace convoy::layers {
namespace {

constexpr int sum_chunk = 512;  // numbers of each plane that one part of add_groups adds up

}  // namespace

void Convolution::set_up(const std::string& engine, const kernels::ConvShape& shape, std::size_t shared_at,
                         std::size_t sums_at) {
  shape_ = shape;
  engine_ = kernels::make_conv(engine, shape);
  shared_at_ = shared_at;
  sums_at_ = sums_at;
}

std::size_t Convolution::shared_floats() const {
  return round_to_line(engine_->forward_weights_floats()) + engine_->backward_weights_floats();
}

std::size_t Convolution::sums_floats() const {
  return round_to_line(static_cast<std::size_t>(engine_->sum_planes()) * static_cast<std::size_t>(tap_floats()));
}

float* Convolution::packed_forward(const Pass& pass) const {
  return engine_->forward_weights_floats() == 0 ? nullptr : pass.shared + shared_at_;
}
float* Convolution::packed_backward(const Pass& pass) const {
  if (engine_->backward_weights_floats() == 0) return nullptr;
  return pass.shared + shared_at_ + round_to_line(engine_->forward_weights_floats());
}

Stages Convolution::pack_for_forward(std::size_t kernel) const {
  if (engine_->forward_weights_floats() == 0) return {};
  const auto pack = [this, kernel](const Pass& pass, const Task&) {
    engine_->pack_forward(packed_forward(pass), pass.parameters[kernel]);
  };
  return {{.parts = 1, .body = pack, .when = Stage::When::early}};
}

Stages Convolution::pack_for_backward_data(std::size_t kernel, bool for_input) const {
  if (engine_->backward_weights_floats() == 0) return {};
  const auto pack = [this, kernel, for_input](const Pass& pass, const Task&) {
    const bool needed = !for_input || pass.d_inputs[0];
    if (needed) engine_->pack_backward(packed_backward(pass), pass.parameters[kernel]);
  };
  return {{.parts = 1, .body = pack, .when = Stage::When::early}};
}

void Convolution::forward(const Pass& pass, float* y, const float* x, const float* kernel, const float* bias,
                          float* scratch, kernels::RowRange rows) const {
  const float* packed = packed_forward(pass);
  engine_->forward(y, x, packed != nullptr ? packed : kernel, bias, scratch, rows);
}

void Convolution::backward_kernel(const Pass& pass, int group, const float* d_y, const float* x, float* scratch) const {
  engine_->backward_kernel(pass.group_sums[group] + sums_at_, d_y, x, scratch);
}

void Convolution::backward_data(const Pass& pass, float* d_x, const float* d_y, const float* kernel,
                                float* scratch) const {
  const float* packed = packed_backward(pass);
  engine_->backward_data(d_x, d_y, packed != nullptr ? packed : kernel, scratch);
}

int Convolution::parts() const { return (tap_floats() + sum_chunk - 1) / sum_chunk; }

void Convolution::add_groups(const Pass& pass, int part, float* gradient) const {
  const std::ptrdiff_t tap = tap_floats();
  const std::ptrdiff_t begin = std::ptrdiff_t{part} * sum_chunk;
  const std::ptrdiff_t end = std::min(begin + sum_chunk, tap);
  for (int plane = 0; plane < engine_->sum_planes(); ++plane) {
    pass.sum_groups(sums_at_ + static_cast<std::size_t>(plane * tap + begin), static_cast<std::size_t>(end - begin));
  }
  engine_->add_kernel_gradient(gradient, pass.group_sums[0] + sums_at_, begin, end);
}

void add_bias_groups(const Pass& pass, std::size_t sums_at, int channels, float* gradient) {
  const auto count = static_cast<std::size_t>(channels);
  kernels::elementwise().add(gradient, gradient, pass.sum_groups(sums_at, count), count);
}

}  // namespace convoy::layers
