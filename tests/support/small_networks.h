#pragma once

#include <string>

/// The [[layer]] tables of networks for ten classes, to stand at the end of a configuration.
namespace convoy::test {

/// One dense layer on all pixels.
inline const std::string dense_network = R"(
  [[layer]]
  type = "flatten"
  [[layer]]
  type = "dense"
  units = 10
)";

/// A convolution with ReLU, and batch norm, before that.
inline std::string small_cnn(int filters, int stride) {
  return R"(
  [[layer]]
  type = "conv2d"
  filters = )" +
         std::to_string(filters) + R"(
  stride = )" +
         std::to_string(stride) + R"(
  activation = "relu"
  [[layer]]
  type = "batch_norm"
)" + dense_network;
}

}  // namespace convoy::test
