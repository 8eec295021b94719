#include "formats/torch_order.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "convoy/convoy.h"
#include "graph/network.h"

namespace convoy {
namespace {

using formats::TorchOrder;
using formats::TorchOrders;
using Specs = std::vector<LayerSpec>;

const Shape wide{1, 2, 2};                 // one row of two pixels
const TorchOrder by_channels{0, 2, 1, 3};  // both of channel 0 first

/// A layer behind those that are named.
LayerSpec behind(LayerSpec layer, const std::vector<std::string>& inputs) {
  layer.inputs = inputs;
  return layer;
}

TorchOrders orders_of(const Shape& input, const Specs& layers) { return formats::torch_orders(Network(input, layers)); }

/// Whether no number changes its place, without a word to PyTorch.
bool plain(const TorchOrders& orders, int node) {
  return orders.of(node).empty() && !orders.by_pixel[static_cast<std::size_t>(node)];
}

/// Whether PyTorch is told to go pixel by pixel.
bool told(const TorchOrders& orders, int node) {
  return orders.of(node).empty() && orders.by_pixel[static_cast<std::size_t>(node)];
}

}  // namespace

TEST_CASE("a flattened image is in PyTorch's order up to the dense layer") {
  const TorchOrders orders =
      orders_of(wide, {Flatten{}, Activation{.function = "relu"}, BatchNorm{}, Dense{.units = 3}, BatchNorm{}});
  for (const int node : {0, 1, 2}) {
    CHECK(orders.of(node) == by_channels);
    CHECK(!orders.by_pixel[static_cast<std::size_t>(node)]);
  }
  CHECK(plain(orders, 3));
  CHECK(plain(orders, 4));
  const TorchOrders larger = orders_of({2, 3, 2}, {Flatten{}, Dense{.units = 3}});
  CHECK(larger.of(0) == TorchOrder{0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11});
}

TEST_CASE("one channel, one pixel or a vector has one order only") {
  for (const Shape& shape : {Shape{2, 3, 1}, Shape{1, 1, 6}, Shape{6}}) {
    CAPTURE(shape.text());
    const TorchOrders orders = orders_of(shape, {Flatten{}, Activation{.function = "softmax"}});
    CHECK(plain(orders, 0));
    CHECK(plain(orders, 1));
  }
}

TEST_CASE("what has no weights to put into an order is told to go pixel by pixel") {
  CHECK(told(orders_of(wide, {Flatten{}, Activation{.function = "softmax"}}), 0));
  CHECK(told(orders_of({2, 2, 2}, {Reshape{.shape = {4, 2}}, Flatten{}, Dense{.units = 2}}), 0));
  const TorchOrders two = orders_of(wide, {Flatten{.name = "flat"}, Dense{.units = 4, .name = "dense"},
                                           behind(Add{}, {"flat", "dense"}), Dense{.units = 2}});
  CHECK(told(two, 0));
  CHECK(plain(two, 1));
  CHECK(plain(two, 2));
}

TEST_CASE("orders that agree are added, and joined behind each other") {
  const Specs both = {Flatten{.name = "a"}, behind(Activation{.function = "relu", .name = "r"}, {"input"}),
                      Flatten{.name = "b"}};
  Specs added = both;
  added.push_back(behind(Add{}, {"a", "b"}));
  added.push_back(Dense{.units = 2});
  const TorchOrders sum = orders_of(wide, added);
  for (const int node : {0, 2, 3}) CHECK(sum.of(node) == by_channels);
  Specs joined = both;
  joined.push_back(behind(Dense{.units = 2, .name = "d"}, {"b"}));
  joined.push_back(behind(Concat{}, {"d", "a", "b"}));
  joined.push_back(Dense{.units = 2});
  const TorchOrders concat = orders_of(wide, joined);
  CHECK(concat.of(4) == TorchOrder{0, 1, 2, 4, 3, 5, 6, 8, 7, 9});
  CHECK(plain(concat, 5));
  joined.back() = Activation{.function = "softmax"};  // the joined vector is the output
  const TorchOrders output = orders_of(wide, joined);
  CHECK(told(output, 0));
  CHECK(told(output, 2));
  CHECK(plain(output, 4));
  const TorchOrders vectors =
      orders_of(Shape{3}, {Dense{.units = 2, .name = "p"}, behind(Dense{.units = 2, .name = "q"}, {"input"}),
                           behind(Concat{}, {"p", "q"})});
  CHECK(plain(vectors, 2));
}

TEST_CASE("a flattened image becomes the same image again as PyTorch has it, another one pixel by pixel") {
  const TorchOrders same = orders_of(wide, {Flatten{}, Reshape{.shape = {4}}, Reshape{.shape = {1, 2, 2}}});
  CHECK(same.of(0) == by_channels);
  CHECK(same.of(1) == by_channels);
  CHECK(plain(same, 2));
  const TorchOrders other = orders_of({2, 3, 2}, {Flatten{}, Reshape{.shape = {1, 3, 4}}});
  CHECK(told(other, 0));
  CHECK(told(other, 1));
  CHECK(told(orders_of(wide, {Flatten{}, Reshape{.shape = {1, 1, 4}}}), 0));
}

TEST_CASE("a dense layer in front of an image makes its numbers in PyTorch's order") {
  const TorchOrders orders =
      orders_of(Shape{3}, {Dense{.units = 4}, Activation{.function = "relu"}, Reshape{.shape = {1, 2, 2}}});
  CHECK(orders.of(0) == by_channels);
  CHECK(orders.of(1) == by_channels);
  CHECK(plain(orders, 2));
  const TorchOrders shared = orders_of(
      Shape{3}, {Dense{.units = 4, .name = "d"}, Reshape{.shape = {1, 2, 2}, .name = "image"},
                 behind(Dense{.units = 2, .name = "e"}, {"d"}),
                 behind(Reshape{.shape = {1, 1, 2}, .name = "one"}, {"e"}), behind(Multiply{}, {"image", "one"})});
  CHECK(plain(shared, 0));
  CHECK(told(shared, 1));
  const TorchOrders sum =
      orders_of(Shape{3}, {Dense{.units = 4, .name = "p"}, behind(Dense{.units = 4, .name = "q"}, {"input"}),
                           behind(Add{}, {"p", "q"}), Reshape{.shape = {1, 2, 2}}});
  CHECK(plain(sum, 0));
  CHECK(plain(sum, 1));
  CHECK(told(sum, 3));
  const TorchOrders two = orders_of(Shape{3}, {Dense{.units = 4}, Dense{.units = 4}, Reshape{.shape = {1, 2, 2}}});
  CHECK(plain(two, 0));
  CHECK(two.of(1) == by_channels);
}

}  // namespace convoy
