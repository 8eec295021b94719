#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "convoy/error.h"
#include "convoy/shape.h"

/// Checks of the shapes that a layer is given. Each throws Error{config}; the graph adds the layer's name.
namespace convoy::layers {

/// The only input. Throws Error{config} where there are several or none.
inline const Shape& only_input(std::span<const Shape> inputs) {
  if (inputs.size() == 1) return inputs[0];
  throw Error(ErrorKind::config,
              "expected one input, got " + std::to_string(inputs.size()) + "; join them with add or concat");
}

/// The only input. Throws Error{config} where there are several, or it is not height x width x channels.
inline const Shape& image_input(std::span<const Shape> inputs) {
  const Shape& input = only_input(inputs);
  if (input.rank() == 3) return input;
  throw Error(ErrorKind::config, "expected height x width x channels, got " + input.text() +
                                     "; it must come before flatten and dense layers");
}

/// The shape of an output that is larger than its input. Throws Error{config} above 2^30 numbers.
inline Shape larger_image(std::int64_t height, std::int64_t width, std::int64_t channels) {
  constexpr std::int64_t most = 1 << 30;  // kernels index with int
  const bool fits = height <= most && width <= most / height && channels <= most / (height * width);
  if (fits) return {static_cast<int>(height), static_cast<int>(width), static_cast<int>(channels)};
  throw Error(ErrorKind::config, "the output would be " + std::to_string(height) + "x" + std::to_string(width) + "x" +
                                     std::to_string(channels) + ", more than 2^30 numbers");
}

/// channels * times. Throws Error{config} above 2^30.
inline int repeated_channels(int channels, int times) {
  return larger_image(1, 1, std::int64_t{channels} * times).last();
}

/// Throws Error{config} where there are fewer than two inputs.
inline void require_several_inputs(std::span<const Shape> inputs) {
  if (inputs.size() >= 2) return;
  throw Error(ErrorKind::config, "expected two inputs or more, got " + std::to_string(inputs.size()) +
                                     "; name them: inputs = [\"a\", \"b\"]");
}

/// The shape that all inputs have. Throws Error{config} where they differ or are fewer than two.
inline const Shape& common_shape(std::span<const Shape> inputs) {
  require_several_inputs(inputs);
  for (const Shape& shape : inputs) {
    if (shape == inputs[0]) continue;
    throw Error(ErrorKind::config, "inputs must have one shape, got " + inputs[0].text() + " and " + shape.text());
  }
  return inputs[0];
}

}  // namespace convoy::layers
