#include "graph/network.h"

#include <doctest/doctest.h>

#include "convoy/error.h"
#include "convoy/layers.h"
#include "graph/session.h"
#include "graph/weights.h"
#include "support/layer_spec.h"

using namespace convoy;
using test::with_inputs;

namespace {

std::vector<LayerSpec> flagship() {
  return {Conv2D{.filters = 32, .activation = "relu", .name = "conv1"},
          BatchNorm{.name = "bn1"},
          Conv2D{.filters = 64, .activation = "relu", .name = "conv2"},
          BatchNorm{.name = "bn2"},
          Flatten{},
          Dense{.units = 10, .activation = "softmax", .name = "dense"}};
}

std::size_t parameters(const Network& network) {
  std::size_t count = 0;
  for (const Node& node : network.nodes()) {
    for (const auto& slot : node.parameters) count += slot.shape.size();
    for (const auto& slot : node.states) count += slot.shape.size();
  }
  return count;
}

}  // namespace

TEST_CASE("the flagship has the parameters that Keras counts") {
  const Network network({28, 28, 1}, flagship());
  CHECK(parameters(network) == 387850);
  CHECK(network.shape_of(network.output()) == Shape{10});
  CHECK(network.ends_in_softmax());
  CHECK(network.node(network.logits()).name == "dense");
}

TEST_CASE("the max-pool network has the parameters that Keras counts") {
  const Network network({28, 28, 1}, {BatchNorm{}, Conv2D{.filters = 32, .activation = "relu"}, MaxPool2D{},
                                      BatchNorm{}, Conv2D{.filters = 64, .activation = "relu"}, MaxPool2D{},
                                      BatchNorm{}, Flatten{}, Dense{.units = 10}});
  CHECK(parameters(network) == 35214);
  CHECK_FALSE(network.ends_in_softmax());
  CHECK(network.node(0).name == "batch_norm_1");
  CHECK(network.node(1).name == "conv2d_1");
  CHECK(network.node(1).parameters[0].name == "conv2d_1/kernel");
}

TEST_CASE("an activation becomes a node of its own, and other layers find it by its owner's name") {
  const Network network(
      {8}, {Dense{.units = 4, .activation = "relu", .name = "a"}, with_inputs(Dense{.units = 4, .name = "b"}, {"a"}),
            with_inputs(Add{.name = "sum"}, {"a", "b"})});
  REQUIRE(network.nodes().size() == 4);
  CHECK(network.node(1).type == "relu");
  CHECK(network.node(1).owner == "a");
  CHECK(network.node(2).inputs == std::vector<int>{1});
  CHECK(network.node(3).inputs == std::vector<int>{1, 2});
}

TEST_CASE("gradients reach only what is trained, and what comes after it") {
  const Dense frozen{.units = 4, .trainable = false, .name = "frozen"};
  const Network network(
      {8}, {frozen, Activation{.name = "act"}, Dense{.units = 3, .name = "head"}, Activation{.name = "end"}});
  CHECK_FALSE(network.node(0).needs_gradient);
  CHECK_FALSE(network.node(1).needs_gradient);
  CHECK(network.node(2).needs_gradient);
  CHECK(network.node(3).needs_gradient);
}

TEST_CASE("the layers of a network have every key, given or default") {
  const Network network({8, 8, 2}, {Conv2D{.filters = 3, .engine = "direct"}, LeakyReLU{.slope = 0.3},
                                    BatchNorm{.epsilon = 0.5, .preset = "torch"}});
  CHECK(network.layers()[0].settings.text("engine") == "direct");
  CHECK(network.layers()[1].settings.number("slope") == 0.3);
  const Settings& norm = network.layers()[2].settings;
  CHECK(norm.number("momentum") == 0.9);
  CHECK(norm.number("epsilon") == 0.5);
  CHECK(norm.text("moving_variance") == "unbiased");
}

TEST_CASE("mistakes in a network are named with their layer") {
  CHECK_THROWS_WITH_AS(Network({28, 28, 1}, {}), "a network needs at least one layer; add a [[layer]] table", Error);
  CHECK_THROWS_WITH_AS(Network({8}, {Dense{.units = 4, .name = "a"}, Dense{.units = 4, .name = "a"}}),
                       "layer 2 \"a\": another layer has the same name", Error);
  CHECK_THROWS_WITH_AS(
      Network({8}, {Dense{.units = 4, .name = "first"}, with_inputs(Add{.name = "sum"}, {"frist", "first"})}),
      "layer 2 \"sum\": input \"frist\" is not the name of an earlier layer; did you mean \"first\"?", Error);
  CHECK_THROWS_WITH_AS(
      Network({8}, {Dense{.units = 4, .name = "a"}, with_inputs(Dense{.units = 4, .name = "b"}, {"input"})}),
      "layer \"a\": no other layer takes its output; only the last layer may end the network", Error);
  LayerSpec unknown;
  unknown.type = "cnv2d";
  CHECK_THROWS_AS(Network({8}, {unknown}), Error);
}

TEST_CASE("an activation in brackets has its slope, and a bias its regulariser") {
  const Network network(
      {4},
      {Dense{.units = 3, .activation = "leaky_relu(0.5)", .bias_regularizer = {.l1 = 0.25, .l2 = 0.5}, .name = "d"}});
  CHECK(network.node(1).type == "leaky_relu");
  CHECK(network.node(1).name == "d.leaky_relu");
  CHECK(network.node(0).declaration.parameters[1].l1 == 0.25);
  CHECK(network.node(0).declaration.parameters[1].l2 == 0.5);
  CHECK(network.node(0).declaration.parameters[0].l2 == 0);
  Weights weights(network, 1);
  ThreadPool pool(1);
  Session session(network, weights, Mode::predict, 1, network.output(), pool);
  std::ranges::fill(weights.parameters.span(), 0.0F);
  const auto tensors = weights.tensors(network);
  tensors[1].values[0] = -4;
  session.prepare();
  session.forward(1);
  CHECK(session.output()[0][0] == -2);
  CHECK_THROWS_AS(Network({4}, {Dense{.units = 3, .activation = "leaky_relu(-1)"}}), Error);
  CHECK_THROWS_AS(Network({4}, {Dense{.units = 3, .activation = "relu(0.1)"}}), Error);
}

TEST_CASE("each tensor draws its own numbers") {
  const Network network({16}, {Dense{.units = 16, .name = "a"}, Dense{.units = 16, .name = "b"}});
  Weights weights(network, 1);
  const auto tensors = weights.tensors(network);
  REQUIRE(tensors.size() == 4);
  CHECK_FALSE(std::ranges::equal(tensors[0].values, tensors[2].values));
}

TEST_CASE("weights are a function of the seed") {
  const Network network({8, 8, 1}, {Conv2D{.filters = 3, .name = "c"}, BatchNorm{.name = "bn"}});
  Weights a(network, 1);
  Weights b(network, 1);
  Weights c(network, 2);
  const auto same = [](const Weights& x, const Weights& y) {
    return std::equal(x.parameters.span().begin(), x.parameters.span().end(), y.parameters.span().begin());
  };
  CHECK(same(a, b));
  CHECK_FALSE(same(a, c));
  const auto tensors = a.tensors(network);
  REQUIRE(tensors.size() == 6);
  CHECK(tensors[2].name == "bn/gamma");
  CHECK(tensors[2].values[0] == 1.0F);
  CHECK(tensors[5].name == "bn/moving_variance");
  CHECK(tensors[5].is_state);
  CHECK(tensors[5].values[2] == 1.0F);
}
