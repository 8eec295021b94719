#include "support/layer_run.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/random.h"

namespace convoy::test {
namespace {

constexpr float poison = std::numeric_limits<float>::quiet_NaN();

BatchView make_buffer(std::vector<AlignedBuffer<float>>& buffers, const Shape& shape, int batch) {
  const std::size_t stride = round_to_line(shape.size()) + 16;  // padded, as a session's buffers are
  buffers.emplace_back(stride * static_cast<std::size_t>(batch));
  std::ranges::fill(buffers.back().span(), poison);
  return {buffers.back().data(), static_cast<std::ptrdiff_t>(stride)};
}

void poison_samples(BatchView view, std::size_t size, int batch) {
  for (int n = 0; n < batch; ++n) std::fill_n(view[n], size, poison);
}

/// What lies between the samples is nobody's.
void check_padding(BatchView view, std::size_t size, int batch) {
  for (int n = 0; n < batch; ++n) {
    const bool whole =
        std::all_of(view[n] + size, view[n] + view.stride, [](float value) { return std::isnan(value); });
    CHECK_MESSAGE(whole, "written past the end of sample ", n);
  }
}

}  // namespace

LayerRun::LayerRun(Layer& layer, std::vector<Shape> inputs, int batch, Mode mode, bool trainable, std::uint64_t seed)
    : layer_(layer),
      shapes_(std::move(inputs)),
      batch_(batch),
      mode_(mode),
      trainable_(trainable),
      declaration_(layer.setup(shapes_)) {
  Random random(seed, Purpose::initial_weights);
  pass_.mode = mode;
  pass_.trainable = trainable;
  pass_.batch = batch;
  for (const Shape& shape : shapes_) {
    pass_.inputs.push_back(make_buffer(buffers_, shape, batch));
    pass_.d_inputs.push_back(make_buffer(buffers_, shape, batch));
    for (int n = 0; n < batch; ++n) {
      std::generate_n(pass_.inputs.back()[n], shape.size(), [&] { return random.normal(); });
    }
  }
  pass_.output = make_buffer(buffers_, declaration_.output, batch);
  pass_.d_output = make_buffer(buffers_, declaration_.output, batch);
  for (const auto& spec : declaration_.parameters) {
    auto& values = parameters_.emplace_back(spec.shape.size());
    const float centre = spec.initializer == "ones" ? 1.0F : 0.0F;
    for (float& value : values) value = centre + 0.3F * random.normal();
    gradients_.emplace_back(values.size());
  }
  for (const auto& spec : declaration_.states) {
    auto& values = states_.emplace_back(spec.shape.size());
    for (float& value : values) value = spec.initial + 0.2F * random.uniform();
  }
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    pass_.parameters.push_back(parameters_[i].data());
    pass_.gradients.push_back(trainable ? gradients_[i].data() : nullptr);
  }
  for (auto& state : states_) pass_.states.push_back(state.data());
  pass_.saved_stride = (declaration_.saved_bytes + 63) / 64 * 64;
  saved_ = AlignedBuffer<std::byte>(pass_.saved_stride * static_cast<std::size_t>(batch));
  std::ranges::fill(saved_.span(), std::byte{0xff});
  pass_.saved = saved_.data();
  for (const std::size_t floats : {declaration_.shared_floats, declaration_.scratch_floats}) {
    buffers_.emplace_back(floats);
    std::ranges::fill(buffers_.back().span(), poison);
  }
  pass_.shared = buffers_[buffers_.size() - 2].data();
  pass_.scratch = {buffers_.back().data()};
  group_sums_ = AlignedBuffer<float>(declaration_.group_floats * groups);
  pass_.group_sums = {group_sums_.data(), static_cast<std::ptrdiff_t>(declaration_.group_floats)};
  group_scratch_ = AlignedBuffer<float>(declaration_.group_scratch_floats);
  pass_.group_scratch = {group_scratch_.data(), 0};
  pass_.groups = {.samples = batch, .count = groups};
}

std::vector<float> LayerRun::gather(BatchView view, std::size_t size, int batch) {
  std::vector<float> values;
  for (int n = 0; n < batch; ++n) values.insert(values.end(), view[n], view[n] + size);
  return values;
}

std::vector<float> LayerRun::input(int which) const {
  const auto i = static_cast<std::size_t>(which);
  return gather(pass_.inputs[i], shapes_[i].size(), batch_);
}

void LayerRun::set_input(int which, std::span<const float> values) {
  const auto i = static_cast<std::size_t>(which);
  const std::size_t size = shapes_[i].size();
  for (int n = 0; n < batch_; ++n) {
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(n) * size), size,
                pass_.inputs[i][n]);
  }
}

void LayerRun::forward() {
  pass_.seed = seed_of_randomness;
  pass_.number = step;
  poison_samples(pass_.output, declaration_.output.size(), batch_);
  run(layer_.forward(mode_, trainable_));
  check_padding(pass_.output, declaration_.output.size(), batch_);
}

std::vector<float> LayerRun::output() const { return gather(pass_.output, declaration_.output.size(), batch_); }

void LayerRun::backward(std::span<const float> d_output) {
  const std::size_t size = declaration_.output.size();
  for (int n = 0; n < batch_; ++n) {
    std::copy_n(d_output.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(n) * size), size,
                pass_.d_output[n]);
  }
  for (std::size_t i = 0; i < shapes_.size(); ++i) poison_samples(pass_.d_inputs[i], shapes_[i].size(), batch_);
  for (auto& gradient : gradients_) std::ranges::fill(gradient, 0.0F);
  std::ranges::fill(group_sums_.span(), 0.0F);
  run(layer_.backward(trainable_));
  for (std::size_t i = 0; i < shapes_.size(); ++i) check_padding(pass_.d_inputs[i], shapes_[i].size(), batch_);
}

std::vector<float> LayerRun::d_input(int which) const {
  const auto i = static_cast<std::size_t>(which);
  return gather(pass_.d_inputs[i], shapes_[i].size(), batch_);
}

std::vector<float> LayerRun::gradient(int which) const { return gradients_[static_cast<std::size_t>(which)]; }

void LayerRun::run_samples(const Stage& stage, int group) {
  std::ranges::fill(group_scratch_.span(), poison);
  for (int sample = pass_.groups.begin(group); sample < pass_.groups.begin(group + 1); ++sample) {
    stage.body(pass_, {.index = sample, .group = group, .worker = 0});
  }
}

void LayerRun::run(const Stages& stages) {
  for (const Stage& stage : stages) {
    const int parts = stage.parts <= 0 ? groups : stage.parts;
    for (int i = 0; i < parts; ++i) {
      const int index = reversed ? parts - 1 - i : i;
      if (stage.parts == Stage::by_sample) {
        run_samples(stage, index);
      } else {
        stage.body(pass_, {.index = index, .group = stage.parts == Stage::by_group ? index : 0, .worker = 0});
      }
    }
  }
}

}  // namespace convoy::test
