#include "layers/batch_norm.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "core/aligned_buffer.h"
#include "kernels/batch_norm.h"
#include "layers/affine_fields.h"
#include "layers/check.h"
#include "layers/registry.h"

namespace convoy::layers {
namespace {

constexpr std::size_t gamma_index = 0;
constexpr int widest_register = 16;  // floats
enum State : std::size_t { moving_mean, moving_variance };

}  // namespace

BatchNorm::BatchNorm(const convoy::BatchNorm& options)
    : momentum_(options.momentum.value()),
      epsilon_(options.epsilon.value()),
      center_(options.center),
      scale_(options.scale),
      unbiased_(options.moving_variance == "unbiased") {}

const Described<convoy::BatchNorm>& BatchNorm::described() {
  using Options = convoy::BatchNorm;
  const auto by_preset = [](Value keras, Value torch) {
    return FallbackBy{"preset", {{"keras", std::move(keras)}, {"torch", std::move(torch)}}};
  };
  static const Described<Options> all{
      "batch_norm", "Batch normalisation of the last axis.",
      Fields<Options>()
          .add("momentum", &Options::momentum, "The share of the moving statistics that each step keeps.",
               {.min = 0, .max = 1, .fallback_by = by_preset(0.99, 0.9)})
          .add("epsilon", &Options::epsilon, "Added to the variance.",
               {.min = 1e-12, .fallback_by = by_preset(1e-3, 1e-5)})
          .add_all(affine_fields<Options>())
          .add("moving_variance", &Options::moving_variance,
               "What the moving variance averages: the batch's variance over n (Keras) or over n - 1 (PyTorch).",
               {.choices = {"biased", "unbiased"},
                .fallback_by = by_preset(std::string("biased"), std::string("unbiased"))})
          .add(
              "preset", &Options::preset,
              "Whose defaults the keys have that are not given: Keras's or PyTorch's (which says 0.1 for a momentum of "
              "0.9).",
              {.choices = {"keras", "torch"}})};
  return all;
}

Declaration BatchNorm::setup(std::span<const Shape> inputs) {
  shape_ = only_input(inputs);
  channels_ = shape_.last();
  pixels_ = static_cast<int>(shape_.size()) / channels_;
  const auto channels = static_cast<std::size_t>(channels_);
  Declaration declaration{.output = shape_};
  const Shape one_each{channels_};
  if (scale_) declaration.parameters.push_back({.name = "gamma", .shape = one_each, .initializer = "ones"});
  if (center_) declaration.parameters.push_back({.name = "beta", .shape = one_each, .initializer = "zeros"});
  declaration.states = {{"moving_mean", one_each, 0.0F}, {"moving_variance", one_each, 1.0F}};
  declaration.saved_bytes = 2 * channels * sizeof(double);
  declaration.shared_floats = 7 * round_to_line(channels);
  declaration.scratch_floats = channels;
  declaration.folding = Folding::affine;
  // Else the kernel's last register of a row overlaps the one before, whose gradients it would take for d_output.
  declaration.gradient_in_place = channels_ % widest_register == 0;
  return declaration;
}

void BatchNorm::check_training_batch(int samples) const {
  if (samples > 1 || pixels_ > 1) return;
  throw Error(ErrorKind::config,
              "batch norm needs more than one value per channel in training, got a batch of 1 sample of shape " +
                  shape_.text() +
                  "; use larger batches (last_batch = \"merge\" avoids a last one of 1) or freeze the layer");
}

BatchNorm::Coefficients BatchNorm::coefficients(const Pass& pass) const {
  const std::size_t stride = round_to_line(static_cast<std::size_t>(channels_));
  float* first = pass.shared;
  return {first,
          first + stride,
          first + 2 * stride,
          first + 3 * stride,
          first + 4 * stride,
          first + 5 * stride,
          first + 6 * stride};
}

Stages BatchNorm::forward(Mode mode, bool trainable) const {
  const Stage apply{Stage::by_sample, [this](const Pass& pass, const Task& task) { normalize(pass, task); }};
  if (mode == Mode::predict || !trainable) {
    return {{.parts = 1,
             .body = [this](const Pass& pass, const Task&) { use_moving_statistics(pass); },
             .when = Stage::When::early},
            apply};
  }
  return {{Stage::by_sample, [this](const Pass& pass, const Task& task) { save_moments(pass, task); }},
          {1, [this](const Pass& pass, const Task&) { use_batch_statistics(pass); }},
          apply};
}

Stages BatchNorm::backward(bool trainable) const {
  if (!trainable) {
    return {{Stage::by_sample, [this](const Pass& pass, const Task& task) { frozen_input_gradient(pass, task); }}};
  }
  return {{Stage::by_sample, [this](const Pass& pass, const Task& task) { save_gradient_sums(pass, task); }},
          {1, [this](const Pass& pass, const Task&) { reduce_gradient(pass); }},
          {Stage::by_sample, [this](const Pass& pass, const Task& task) { input_gradient(pass, task); }}};
}

void BatchNorm::affine_map(std::span<const float* const> parameters, std::span<const float* const> states,
                           std::span<double> scale, std::span<double> shift) const {
  for (std::size_t c = 0; c < scale.size(); ++c) {
    const double gamma = scale_ ? static_cast<double>(parameters[gamma_index][c]) : 1;
    const double beta = center_ ? static_cast<double>(parameters.back()[c]) : 0;
    scale[c] = gamma / std::sqrt(static_cast<double>(states[moving_variance][c]) + epsilon_);
    shift[c] = beta - static_cast<double>(states[moving_mean][c]) * scale[c];
  }
}

void BatchNorm::save_moments(const Pass& pass, const Task& task) const {
  auto* moments = pass.saved_of<double>(task.index);
  kernels::batch_norm().moments(moments, moments + channels_, pass.scratch[static_cast<std::size_t>(task.worker)],
                                pass.inputs[0][task.index], pixels_, channels_);
}

void BatchNorm::use_batch_statistics(const Pass& pass) const {
  check_training_batch(pass.batch);
  const double count = static_cast<double>(pass.batch) * pixels_;
  // The moments of a sample are merged with others in their place: nobody reads them again.
  pass.groups.reduce_samples([&](int to, int samples, int from, int more) {
    auto* mean = pass.saved_of<double>(to);
    const auto* further = pass.saved_of<double>(from);
    kernels::merge_moments(mean, mean + channels_, static_cast<double>(samples) * pixels_, further, further + channels_,
                           static_cast<double>(more) * pixels_, channels_);
  });
  const auto* mean = pass.saved_of<double>(0);
  const double* m2 = mean + channels_;
  for (int c = 0; c < channels_; ++c) set_coefficients(pass, c, mean[c], m2[c] / count);
  const auto channels = static_cast<std::size_t>(channels_);
  move_statistics(pass, {mean, channels}, {m2, channels}, count);
}

void BatchNorm::move_statistics(const Pass& pass, std::span<const double> mean, std::span<const double> m2,
                                double count) const {
  for (std::size_t c = 0; c < mean.size(); ++c) {
    const double variance = m2[c] / (unbiased_ ? count - 1 : count);
    float& moved_mean = pass.states[moving_mean][c];
    float& moved_variance = pass.states[moving_variance][c];
    moved_mean = static_cast<float>(momentum_ * static_cast<double>(moved_mean) + (1 - momentum_) * mean[c]);
    moved_variance = static_cast<float>(momentum_ * static_cast<double>(moved_variance) + (1 - momentum_) * variance);
  }
}

void BatchNorm::use_moving_statistics(const Pass& pass) const {
  for (int c = 0; c < channels_; ++c) {
    set_coefficients(pass, c, static_cast<double>(pass.states[moving_mean][c]),
                     static_cast<double>(pass.states[moving_variance][c]));
  }
}

void BatchNorm::set_coefficients(const Pass& pass, int channel, double mean, double variance) const {
  const float gamma = scale_ ? pass.parameters[gamma_index][channel] : 1.0F;
  const float beta = center_ ? pass.parameters.back()[channel] : 0.0F;
  const kernels::ChannelAffine affine = kernels::channel_affine(mean, variance, epsilon_, gamma, beta);
  const Coefficients all = coefficients(pass);
  all.mean[channel] = affine.mean;
  all.mean_rest[channel] = affine.mean_rest;
  all.inv_deviation[channel] = affine.inv_deviation;
  all.scale[channel] = affine.scale;
  all.shift[channel] = affine.shift;
}

void BatchNorm::normalize(const Pass& pass, const Task& task) const {
  const Coefficients all = coefficients(pass);
  kernels::batch_norm().normalize(pass.output[task.index], pass.inputs[0][task.index], all.mean, all.scale, all.shift,
                                  pixels_, channels_);
}

void BatchNorm::save_gradient_sums(const Pass& pass, const Task& task) const {
  auto* sums = pass.saved_of<double>(task.index);
  kernels::batch_norm().gradient_sums(sums, sums + channels_, pass.d_output[task.index], pass.inputs[0][task.index],
                                      coefficients(pass).mean, pixels_, channels_);
}

void BatchNorm::reduce_gradient(const Pass& pass) const {
  const Coefficients all = coefficients(pass);
  const double count = static_cast<double>(pass.batch) * pixels_;
  pass.groups.reduce_samples([&](int to, int, int from, int) {
    auto* sums = pass.saved_of<double>(to);
    const auto* more = pass.saved_of<double>(from);
    for (int i = 0; i < 2 * channels_; ++i) sums[i] += more[i];
  });
  const auto* dy_sum = pass.saved_of<double>(0);
  const double* dy_x_sum = dy_sum + channels_;
  for (int c = 0; c < channels_; ++c) {
    const kernels::ChannelAffine affine{all.mean[c], all.mean_rest[c], all.inv_deviation[c], all.scale[c],
                                        all.shift[c]};
    const kernels::ChannelGradient gradient = kernels::channel_gradient(affine, dy_sum[c], dy_x_sum[c], count);
    all.slope[c] = gradient.slope;
    all.offset[c] = gradient.offset;
    if (scale_ && pass.gradients[gamma_index] != nullptr)
      pass.gradients[gamma_index][c] += static_cast<float>(gradient.d_gamma);
    if (center_ && pass.gradients.back() != nullptr) pass.gradients.back()[c] += static_cast<float>(gradient.d_beta);
  }
}

void BatchNorm::input_gradient(const Pass& pass, const Task& task) const {
  if (!pass.d_inputs[0]) return;
  const Coefficients all = coefficients(pass);
  kernels::batch_norm().input_gradient(pass.d_inputs[0][task.index], pass.d_output[task.index],
                                       pass.inputs[0][task.index], all.scale, all.mean, all.slope, all.offset, pixels_,
                                       channels_);
}

void BatchNorm::frozen_input_gradient(const Pass& pass, const Task& task) const {
  if (!pass.d_inputs[0]) return;
  kernels::batch_norm().frozen_input_gradient(pass.d_inputs[0][task.index], pass.d_output[task.index],
                                              coefficients(pass).scale, pixels_, channels_);
}

LayerType batch_norm_row() { return type_row<Layer, BatchNorm>(BatchNorm::described()); }

}  // namespace convoy::layers

convoy::BatchNorm::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::BatchNorm::described(), *this);
}
