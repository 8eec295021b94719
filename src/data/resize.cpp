#include "data/resize.h"

#include <algorithm>
#include <cmath>

namespace convoy {
namespace {

/// The inputs along an axis that make one output: `first` and those after it, with weights that add up to 1.
struct Taps {
  int first = 0;
  std::vector<float> weights;
};

/// The inputs that an output pixel covers, weighted by the covered part.
Taps area_taps(int output, double scale, int inputs) {
  const double begin = output * scale;
  const double end = begin + scale;
  Taps taps{.first = static_cast<int>(begin), .weights = {}};
  for (int i = taps.first; i < std::min(static_cast<int>(std::ceil(end)), inputs); ++i) {
    const double covered = std::min(end, i + 1.0) - std::max(begin, static_cast<double>(i));
    taps.weights.push_back(static_cast<float>(covered / scale));
  }
  return taps;
}

/// The two inputs whose centres are nearest to the output's centre, weighted for linear interpolation.
Taps linear_taps(int output, double scale, int inputs) {
  const double centre = std::clamp((output + 0.5) * scale - 0.5, 0.0, inputs - 1.0);
  const int first = static_cast<int>(centre);
  const auto second = static_cast<float>(centre - first);
  if (first + 1 == inputs) return {.first = first, .weights = {1.0F}};
  return {.first = first, .weights = {1 - second, second}};
}

/// The taps of each output along an axis: areas where it shrinks, else linear.
std::vector<Taps> taps_of(int inputs, int outputs) {
  const double scale = static_cast<double>(inputs) / outputs;
  std::vector<Taps> taps;
  for (int i = 0; i < outputs; ++i)
    taps.push_back(inputs > outputs ? area_taps(i, scale, inputs) : linear_taps(i, scale, inputs));
  return taps;
}

}  // namespace

std::vector<std::uint8_t> resize_image(std::span<const std::uint8_t> pixels, ImageSize from, ImageSize to,
                                       int channels) {
  if (from.height == to.height && from.width == to.width) return {pixels.begin(), pixels.end()};
  const auto row_in = static_cast<std::size_t>(from.width) * static_cast<std::size_t>(channels);
  const auto row_out = static_cast<std::size_t>(to.width) * static_cast<std::size_t>(channels);
  const std::vector<Taps> columns = taps_of(from.width, to.width);
  std::vector<float> row(row_in);  // of the output's height, still of the input's width
  std::vector<std::uint8_t> resized;
  resized.reserve(row_out * static_cast<std::size_t>(to.height));
  for (const Taps& rows : taps_of(from.height, to.height)) {
    std::ranges::fill(row, 0.0F);
    const std::uint8_t* line = pixels.data() + static_cast<std::size_t>(rows.first) * row_in;
    for (const float weight : rows.weights) {
      for (std::size_t i = 0; i < row_in; ++i) row[i] += weight * static_cast<float>(*line++);
    }
    for (const Taps& taps : columns) {
      for (int c = 0; c < channels; ++c) {
        float sum = 0.5F;  // to the nearest whole number
        const float* value = row.data() + static_cast<std::ptrdiff_t>(taps.first) * channels + c;
        for (const float weight : taps.weights) {
          sum += weight * *value;
          value += channels;
        }
        resized.push_back(static_cast<std::uint8_t>(std::clamp(sum, 0.0F, 255.0F)));
      }
    }
  }
  return resized;
}

}  // namespace convoy
