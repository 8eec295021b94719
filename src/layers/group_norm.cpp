#include "layers/group_norm.h"

#include <algorithm>
#include <cmath>

#include "kernels/batch_norm.h"
#include "layers/check.h"
#include "layers/registry.h"

namespace convoy::layers {

GroupNorm::GroupNorm(const convoy::GroupNorm& options) : SampleNorm(options), groups_(options.groups) {}

const Described<convoy::GroupNorm>& GroupNorm::described() {
  static const Described<convoy::GroupNorm> all{
      "group_norm", "Group normalisation: each sample over height, width and the channels of a group.",
      Fields<convoy::GroupNorm>()
          .add("groups", &convoy::GroupNorm::groups, "Into how many groups the channels are divided.", {.min = 1})
          .add_all(sample_norm_fields<convoy::GroupNorm>())};
  return all;
}

Declaration GroupNorm::setup(std::span<const Shape> inputs) {
  Declaration declaration = declare(inputs);
  if (channels_ % groups_ != 0) {
    int divisor = std::min(groups_, channels_);
    while (channels_ % divisor != 0) --divisor;
    throw Error(ErrorKind::config, "\"groups\" must divide the " + std::to_string(channels_) + " channels of input " +
                                       declaration.output.text() + ", got " + std::to_string(groups_) +
                                       "; groups = " + std::to_string(divisor) + " would");
  }
  width_ = channels_ / groups_;
  declaration.saved_bytes = static_cast<std::size_t>(groups_) * sizeof(kernels::Normal);
  declaration.scratch_floats = 8 * static_cast<std::size_t>(channels_);  // Work: a double takes the room of two
  return declaration;
}

GroupNorm::Work GroupNorm::work_of(const Pass& pass, const Task& task) const {
  float* scratch = pass.scratch[static_cast<std::size_t>(task.worker)];
  auto* doubles = reinterpret_cast<double*>(scratch);
  float* floats = scratch + 4 * std::ptrdiff_t{channels_};
  return {doubles,
          doubles + channels_,
          floats,
          floats + channels_,
          floats + 2 * std::ptrdiff_t{channels_},
          floats + 3 * std::ptrdiff_t{channels_}};
}

// All channels have as many values: the variance is the mean one within them plus the one between them.
kernels::Normal GroupNorm::merge_moments(const double* mean, const double* m2) const {
  double sum = 0;
  for (int i = 0; i < width_; ++i) sum += mean[i];
  const double group_mean = sum / width_;
  double within = 0;
  double between = 0;
  for (int i = 0; i < width_; ++i) {
    within += m2[i];
    between += (mean[i] - group_mean) * (mean[i] - group_mean);
  }
  const auto of_one = kernels::channel_affine(group_mean, (within / pixels_ + between) / width_, epsilon_, 1, 0);
  return {of_one.mean, of_one.mean_rest, of_one.inv_deviation};
}

void GroupNorm::forward_sample(const Pass& pass, const Task& task) const {
  const Work work = work_of(pass, task);
  const float* x = pass.inputs[0][task.index];
  auto* normals = pass.saved_of<kernels::Normal>(task.index);
  kernels::batch_norm().moments(work.first, work.second, work.mean, x, pixels_, channels_);
  for (int group = 0; group < groups_; ++group) {
    const int begin = group * width_;
    const kernels::Normal normal = normals[group] = merge_moments(work.first + begin, work.second + begin);
    for (int c = begin; c < begin + width_; ++c) {
      work.mean[c] = normal.mean;
      work.scale[c] = gamma(pass)[c] * normal.inv_deviation;
      work.offset[c] = beta(pass)[c] - normal.mean_rest * work.scale[c];
    }
  }
  kernels::batch_norm().normalize(pass.output[task.index], x, work.mean, work.scale, work.offset, pixels_, channels_);
}

void GroupNorm::backward_sample(const Pass& pass, const Task& task) const {
  const Work work = work_of(pass, task);
  const float* x = pass.inputs[0][task.index];
  const float* d_y = pass.d_output[task.index];
  const auto* normals = pass.saved_of<kernels::Normal>(task.index);
  for (int group = 0; group < groups_; ++group)
    std::fill_n(work.mean + std::ptrdiff_t{group} * width_, width_, normals[group].mean);
  double* d_beta = work.first;
  double* d_gamma = work.second;
  kernels::batch_norm().gradient_sums(d_beta, d_gamma, d_y, x, work.mean, pixels_, channels_);
  for (int group = 0; group < groups_; ++group) {  // the sums are of dy * (x - mean) so far
    const kernels::Normal& normal = normals[group];
    for (int c = group * width_; c < (group + 1) * width_; ++c) {
      d_gamma[c] =
          (d_gamma[c] - static_cast<double>(normal.mean_rest) * d_beta[c]) * static_cast<double>(normal.inv_deviation);
    }
  }
  add_gradients(pass, task, d_gamma, d_beta);
  if (!pass.d_inputs[0]) return;
  for (int group = 0; group < groups_; ++group) set_input_coefficients(work, group, normals[group], gamma(pass));
  kernels::batch_norm().input_gradient(pass.d_inputs[0][task.index], d_y, x, work.scale, work.mean, work.slope,
                                       work.offset, pixels_, channels_);
}

// With i the inverse deviation, x' = (x - mean) * i with the whole mean, and sums over the group's `count` values:
// dx = i * (gamma * dy - sum(gamma * dy) / count - x' * sum(gamma * dy * x') / count).
void GroupNorm::set_input_coefficients(const Work& work, int group, const kernels::Normal& normal,
                                       const float* gamma) const {
  const int begin = group * width_;
  const int end = begin + width_;
  double sum = 0;
  double x_sum = 0;
  for (int c = begin; c < end; ++c) {
    sum += static_cast<double>(gamma[c]) * work.first[c];
    x_sum += static_cast<double>(gamma[c]) * work.second[c];
  }
  const double inverse = normal.inv_deviation;
  const double count = static_cast<double>(pixels_) * width_;
  const double slope = -inverse * inverse * x_sum / count;
  const double offset = -inverse * sum / count - slope * static_cast<double>(normal.mean_rest);
  std::fill(work.slope + begin, work.slope + end, static_cast<float>(slope));
  std::fill(work.offset + begin, work.offset + end, static_cast<float>(offset));
  for (int c = begin; c < end; ++c) work.scale[c] = gamma[c] * normal.inv_deviation;
}

LayerType group_norm_row() { return type_row<Layer, GroupNorm>(GroupNorm::described()); }

}  // namespace convoy::layers

convoy::GroupNorm::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::GroupNorm::described(), *this);
}
