#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "formats/torch_order.h"
#include "graph/network.h"

/// What a network is in PyTorch: its modules, and of each module the tensors in PyTorch's shape and order.
namespace convoy::formats {

/// A tensor of a state_dict and the one of the network that has the same numbers.
struct TorchParameter {
  std::string suffix;               ///< "weight"
  std::vector<std::int64_t> shape;  ///< in PyTorch
  const TensorPlace* place;         ///< in the network; null where it has none, and takes `constant`
  float constant = 0;               ///< what each number is then
  /// The place in PyTorch of the network's number i; none: i.
  std::function<std::size_t(std::size_t)> index = {};
};

/// A module with tensors: a layer, or a part of one.
struct TorchModule {
  std::string name;  ///< as export calls it: "conv1"; of a separable convolution "conv1.0" and "conv1.1"
  int node = 0;
  std::vector<TorchParameter> parameters;
  bool counts_batches = false;  ///< has num_batches_tracked
};

/// Throws Error{config} that names a node's layer and type: PyTorch has no such layer, `what` says for which use.
[[noreturn]] void refuse_torch_layer(const Network& network, int node, const std::string& what = "");

/// Modules by node, in the network's order. Throws Error{config} for layers with weights that PyTorch does not have.
std::vector<TorchModule> torch_modules(const Network& network, const TorchOrders& orders);

/// By node: the attribute of the nn.Module that export makes of the network; a name of its own for each layer.
std::vector<std::string> torch_attributes(const Network& network);

}  // namespace convoy::formats
