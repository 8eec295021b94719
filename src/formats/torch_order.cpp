#include "formats/torch_order.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

namespace convoy::formats {
namespace {

/// Whether pixels and channels of an image stand in another order by channel than by pixel.
bool order_matters(const Shape& shape) { return shape.rank() == 3 && shape[2] > 1 && shape[0] * shape[1] > 1; }

/// The order of an image that PyTorch flattens by channel.
TorchOrder by_channel(const Shape& image) {
  TorchOrder order;
  order.reserve(image.size());
  const auto [height, width, channels] = std::array{image[0], image[1], image[2]};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) {
        order.push_back((static_cast<std::size_t>(c) * static_cast<std::size_t>(height) + static_cast<std::size_t>(y)) *
                            static_cast<std::size_t>(width) +
                        static_cast<std::size_t>(x));
      }
    }
  }
  return order;
}

/// Layers whose weights or work are number by number, so that they take any order of a vector.
bool takes_any_order(const std::string& type) {
  constexpr std::array bound = {std::string_view("group_norm"), std::string_view("reshape"), std::string_view("dense"),
                                std::string_view("concat")};
  return std::ranges::find(bound, type) == bound.end();
}

/// Follows the orders through a network. Where one meets a layer that cannot take it, its beginning is fixed to
/// convoy's order, and it is followed again.
class OrderSearch {
 public:
  explicit OrderSearch(const Network& network) : network_(network) {
    for (const Node& node : network.nodes()) want_of_dense(node);
  }

  TorchOrders run() {
    while (follow()) {
    }
    return std::move(orders_);
  }

 private:
  const Shape& input_shape(const Node& node) const { return network_.shape_of(node.inputs[0]); }

  /// A dense layer before a reshape to an image makes its numbers in PyTorch's order, if nothing else takes them.
  void want_of_dense(const Node& node) {
    if (node.type != "reshape" || input_shape(node).rank() != 1 || !order_matters(node.declaration.output)) return;
    int before = node.inputs[0];
    while (before != Network::input && consumers(before) == 1) {
      const Node& maker = network_.node(before);
      if (maker.type == "dense") wanted_[before] = by_channel(node.declaration.output);
      if (maker.inputs.size() != 1 || !takes_any_order(maker.type) || maker.declaration.output.rank() != 1) return;
      before = maker.inputs[0];
    }
  }

  int consumers(int node) const {
    int count = 0;
    for (const Node& other : network_.nodes()) count += static_cast<int>(std::ranges::count(other.inputs, node));
    return count;
  }

  /// Whether it met a layer that cannot take an order.
  bool follow() {
    const std::size_t fixed = fixed_.size();
    const std::size_t count = network_.nodes().size();
    orders_ = {.outputs = std::vector<TorchOrder>(count), .by_pixel = std::vector<bool>(count)};
    begun_by_.assign(count, {});
    for (std::size_t i = 0; i < count; ++i) pass(static_cast<int>(i));
    require_none(network_.output());
    return fixed_.size() != fixed;
  }

  /// Assigns the order of a node's output.
  void pass(int index) {
    const Node& node = network_.node(index);
    if (node.type == "dense") {
      if (const auto wanted = wanted_.find(index); wanted != wanted_.end()) begin(index, wanted->second);
    } else if (node.type == "flatten" || node.type == "reshape") {
      pass_reshape(index);
    } else if (node.type == "concat") {
      pass_concat(index);
    } else if (takes_any_order(node.type)) {
      pass_on(index);
    } else {
      for (const int input : node.inputs) require_none(input);
    }
  }

  void begin(int index, TorchOrder order) {
    if (fixed_.contains(index)) return;
    output(index) = std::move(order);
    begun_by_[static_cast<std::size_t>(index)] = {index};
  }

  void pass_reshape(int index) {
    const Node& node = network_.node(index);
    const Shape& from = input_shape(node);
    const Shape& to = node.declaration.output;
    const int input = node.inputs[0];
    if (from.rank() == 3 && to.rank() == 1) {
      if (order_matters(from)) begin(index, by_channel(from));
      by_pixel(index, order_matters(from) && output(index).empty());
    } else if (from.rank() == 1 && to.rank() == 1) {
      pass_on(index);
    } else if (from.rank() == 1 && order_matters(to) && orders_.of(input) == by_channel(to)) {
      return;  // back into an image, as PyTorch does it
    } else {
      require_none(input);
      by_pixel(index, order_matters(from) || order_matters(to));
    }
  }

  void pass_concat(int index) {
    const Node& node = network_.node(index);
    const bool any = std::ranges::any_of(node.inputs, [&](int input) { return !orders_.of(input).empty(); });
    if (!any) return;
    TorchOrder joined;
    for (const int input : node.inputs) {
      const std::size_t first = joined.size();
      const TorchOrder& order = orders_.of(input);
      for (std::size_t i = 0; i < network_.shape_of(input).size(); ++i) {
        joined.push_back(first + (order.empty() ? i : order[i]));
      }
      take_beginnings(index, input);
    }
    output(index) = std::move(joined);
  }

  /// A layer that works number by number: its inputs must agree.
  void pass_on(int index) {
    const Node& node = network_.node(index);
    const TorchOrder& first = orders_.of(node.inputs[0]);
    const bool agree = std::ranges::all_of(node.inputs, [&](int input) { return orders_.of(input) == first; });
    if (!agree) {
      for (const int input : node.inputs) require_none(input);
      return;
    }
    output(index) = first;
    for (const int input : node.inputs) take_beginnings(index, input);
  }

  void take_beginnings(int index, int input) {
    if (input == Network::input) return;
    const auto& more = begun_by_[static_cast<std::size_t>(input)];
    begun_by_[static_cast<std::size_t>(index)].insert(more.begin(), more.end());
  }

  /// What takes this output must have it in convoy's order.
  void require_none(int input) {
    if (orders_.of(input).empty()) return;
    const auto& begun = begun_by_[static_cast<std::size_t>(input)];
    fixed_.insert(begun.begin(), begun.end());
  }

  TorchOrder& output(int index) { return orders_.outputs[static_cast<std::size_t>(index)]; }
  void by_pixel(int index, bool is) { orders_.by_pixel[static_cast<std::size_t>(index)] = is; }

  const Network& network_;
  TorchOrders orders_;
  std::map<int, TorchOrder> wanted_;     ///< of dense layers
  std::vector<std::set<int>> begun_by_;  ///< by node: where the order of its output comes from
  std::set<int> fixed_;                  ///< nodes that must begin none
};

}  // namespace

const TorchOrder& TorchOrders::of(int node) const {
  static const TorchOrder none;
  return node == Network::input ? none : outputs[static_cast<std::size_t>(node)];
}

TorchOrders torch_orders(const Network& network) { return OrderSearch(network).run(); }

}  // namespace convoy::formats
