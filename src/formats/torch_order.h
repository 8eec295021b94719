#pragma once

#include <cstddef>
#include <vector>

#include "graph/network.h"

/// convoy flattens an image pixel by pixel, PyTorch channel by channel: in a vector that was an image, or becomes one,
/// the same numbers stand in another order. It is followed through the network, so that weights can be put into it.
namespace convoy::formats {

/// Where PyTorch has convoy's number i of a vector: at [i]. Empty: at i.
using TorchOrder = std::vector<std::size_t>;

struct TorchOrders {
  std::vector<TorchOrder> outputs;  ///< by node
  /// By node: whether PyTorch must be told to go pixel by pixel around this flatten or reshape, because what follows
  /// has no weights that could be put into its order.
  std::vector<bool> by_pixel;

  const TorchOrder& of(int node) const;  ///< of a node's output, or the network's input
};

/// Follows each flatten and reshape of the network up to the dense layers that take up its order.
TorchOrders torch_orders(const Network& network);

}  // namespace convoy::formats
