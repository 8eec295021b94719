#include "formats/keras_scaling.h"

#include <algorithm>
#include <cmath>

namespace convoy::formats {

KerasScaling::KerasScaling(int channels)
    : multiply_(static_cast<std::size_t>(channels), 1.0), add_(static_cast<std::size_t>(channels), 0.0) {}

std::vector<double> KerasScaling::for_channels(const KerasConfig& config, const std::vector<double>& numbers) const {
  if (numbers.size() == multiply_.size()) return numbers;
  if (numbers.size() == 1) return std::vector<double>(multiply_.size(), numbers.front());
  config.refuse("expected one number, or one for each of " + std::to_string(multiply_.size()) + " channels, got " +
                std::to_string(numbers.size()));
}

void KerasScaling::rescale(const KerasConfig& config, const std::vector<double>& scale,
                           const std::vector<double>& offset) {
  const std::vector<double> scales = for_channels(config, scale);
  const std::vector<double> offsets = for_channels(config, offset);
  for (std::size_t c = 0; c < multiply_.size(); ++c) {
    multiply_[c] *= scales[c];
    add_[c] = add_[c] * scales[c] + offsets[c];
  }
}

void KerasScaling::normalize(const KerasConfig& config, const std::vector<double>& mean,
                             const std::vector<double>& variance) {
  constexpr double least_deviation = 1e-7;  // keras.config.epsilon()
  const std::vector<double> means = for_channels(config, mean);
  std::vector<double> scale = for_channels(config, variance);
  std::vector<double> offset;
  for (std::size_t c = 0; c < scale.size(); ++c) {
    scale[c] = 1 / std::max(std::sqrt(scale[c]), least_deviation);
    offset.push_back(-means[c] * scale[c]);
  }
  rescale(config, scale, offset);
}

Scaling KerasScaling::scaling() const {
  const auto is = [](double number) { return [number](double one) { return one == number; }; };
  if (std::ranges::all_of(multiply_, is(1)) && std::ranges::all_of(add_, is(0))) return {};
  return {{multiply_.begin(), multiply_.end()}, {add_.begin(), add_.end()}};
}

}  // namespace convoy::formats
