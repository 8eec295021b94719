#include "layers/convolution.h"

#include <algorithm>

#include "core/aligned_buffer.h"
#include "kernels/elementwise.h"

namespace convoy::layers {
namespace {

constexpr std::size_t sum_chunk = 4096;  // numbers that one part of add_groups adds up

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

std::size_t Convolution::sums_floats() const { return round_to_line(shape_.kernel_floats()); }

std::size_t Convolution::group_scratch_floats() const {
  if (engine_->sum_planes() == shape_.kernel_h * shape_.kernel_w) return 0;
  return static_cast<std::size_t>(engine_->sum_planes() * shape_.group_in_c()) * static_cast<std::size_t>(shape_.out_c);
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

float* Convolution::sums_of(const Pass& pass, const Task& task) const {
  return group_scratch_floats() == 0 ? pass.group_sums[task.group] + sums_at_ : pass.group_scratch[task.worker];
}

void Convolution::finish_group(const Pass& pass, const Task& task) const {
  if (group_scratch_floats() == 0) return;
  engine_->add_kernel_gradient(pass.group_sums[task.group] + sums_at_, pass.group_scratch[task.worker]);
}

void Convolution::backward_kernel(const Pass& pass, const Task& task, const float* d_y, const float* x,
                                  float* scratch) const {
  const bool add = group_scratch_floats() == 0 || task.index > pass.groups.begin(task.group);
  engine_->backward_kernel_of(sums_of(pass, task), add, {d_y, 0, 1}, {x, 0, 1}, scratch);
  if (task.index + 1 == pass.groups.begin(task.group + 1)) finish_group(pass, task);
}

void Convolution::backward_kernel_of_group(const Pass& pass, const Task& task, const BatchView& d_y, const BatchView& x,
                                           float* scratch) const {
  const int first = pass.groups.begin(task.group);
  const int count = pass.groups.begin(task.group + 1) - first;
  if (count == 0) return;
  engine_->backward_kernel_of(sums_of(pass, task), group_scratch_floats() == 0, {d_y[first], d_y.stride, count},
                              {x[first], x.stride, count}, scratch);
  finish_group(pass, task);
}

void Convolution::backward_data(const Pass& pass, float* d_x, const float* d_y, const float* kernel,
                                float* scratch) const {
  const float* packed = packed_backward(pass);
  engine_->backward_data(d_x, d_y, packed != nullptr ? packed : kernel, scratch);
}

int Convolution::parts() const { return static_cast<int>((shape_.kernel_floats() + sum_chunk - 1) / sum_chunk); }

void Convolution::add_groups(const Pass& pass, int part, float* gradient) const {
  const std::size_t begin = static_cast<std::size_t>(part) * sum_chunk;
  const std::size_t count = std::min(sum_chunk, shape_.kernel_floats() - begin);
  gradient += begin;
  kernels::elementwise().add(gradient, gradient, pass.sum_groups(sums_at_ + begin, count), count);
}

void add_bias_groups(const Pass& pass, std::size_t sums_at, int channels, float* gradient) {
  const auto count = static_cast<std::size_t>(channels);
  kernels::elementwise().add(gradient, gradient, pass.sum_groups(sums_at, count), count);
}

}  // namespace convoy::layers
