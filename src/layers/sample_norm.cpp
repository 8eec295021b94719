#include "layers/sample_norm.h"

#include "kernels/elementwise.h"
#include "layers/check.h"

namespace convoy::layers {

Declaration SampleNorm::declare(std::span<const Shape> inputs) {
  const Shape& shape = only_input(inputs);
  channels_ = shape.last();
  pixels_ = static_cast<int>(shape.size()) / channels_;
  const auto channels = static_cast<std::size_t>(channels_);
  ones_.assign(channels, 1.0F);
  zeros_.assign(channels, 0.0F);
  Declaration declaration{.output = shape};
  const Shape one_each{channels_};
  if (scale_) declaration.parameters.push_back({.name = "gamma", .shape = one_each, .initializer = "ones"});
  if (center_) declaration.parameters.push_back({.name = "beta", .shape = one_each, .initializer = "zeros"});
  declaration.group_floats = 2 * channels;
  return declaration;
}

Stages SampleNorm::forward(Mode, bool) const {
  return {{.body = [this](const Pass& pass, const Task& task) { forward_sample(pass, task); }}};
}

Stages SampleNorm::backward(bool trainable) const {
  Stages stages = {{.body = [this](const Pass& pass, const Task& task) { backward_sample(pass, task); }}};
  if (trainable) {
    stages.push_back(
        {.parts = 1, .body = [this](const Pass& pass, const Task&) { add_groups(pass); }, .when = Stage::When::late});
  }
  return stages;
}

const float* SampleNorm::gamma(const Pass& pass) const { return scale_ ? pass.parameters.front() : ones_.data(); }
const float* SampleNorm::beta(const Pass& pass) const { return center_ ? pass.parameters.back() : zeros_.data(); }

// A group's sums are those of d_gamma, then those of d_beta.
void SampleNorm::add_gradients(const Pass& pass, const Task& task, const double* d_gamma, const double* d_beta) const {
  if (!pass.trainable) return;
  float* gamma_sums = pass.group_sums[task.group];
  float* beta_sums = gamma_sums + channels_;
  for (int c = 0; c < channels_; ++c) {
    gamma_sums[c] += static_cast<float>(d_gamma[c]);
    beta_sums[c] += static_cast<float>(d_beta[c]);
  }
}

void SampleNorm::add_groups(const Pass& pass) const {
  const auto channels = static_cast<std::size_t>(channels_);
  const float* sums = pass.sum_groups(0, 2 * channels);
  if (scale_) kernels::elementwise().add(pass.gradients.front(), pass.gradients.front(), sums, channels);
  if (center_) kernels::elementwise().add(pass.gradients.back(), pass.gradients.back(), sums + channels_, channels);
}

}  // namespace convoy::layers
