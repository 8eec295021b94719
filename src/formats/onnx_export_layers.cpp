// Layers without windows: dense, normalisations, activation functions, and those of several inputs.

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "convoy/error.h"
#include "formats/onnx_export.h"

namespace convoy::formats::onnx {
namespace {

using Writer = std::string (*)(const ExportedNode&);

std::string plain(const ExportedNode& node, const std::string& op, const Attributes& attributes = {}) {
  return node.graph.add(op, node.name(), node.inputs, attributes);
}

std::string identity(const ExportedNode& node) { return plain(node, "Identity"); }

std::string dropout(const ExportedNode& node) {
  const auto rate = static_cast<float>(node.settings.number("rate"));
  return node.graph.add("Dropout", node.name(), {node.inputs[0], node.graph.number(node.name("rate"), rate)});
}

std::string with_alpha(const ExportedNode& node, const std::string& op, const std::string& key) {
  return plain(node, op, {{"alpha", static_cast<float>(node.settings.number(key))}});
}
std::string leaky_relu(const ExportedNode& node) { return with_alpha(node, "LeakyRelu", "slope"); }
std::string elu(const ExportedNode& node) { return with_alpha(node, "Elu", "alpha"); }

std::string relu6(const ExportedNode& node) {
  return node.graph.add(
      "Clip", node.name(),
      {node.inputs[0], node.graph.number(node.name("min"), 0), node.graph.number(node.name("max"), 6)});
}

std::string hard_sigmoid(const ExportedNode& node) {
  return plain(node, "HardSigmoid", {{"alpha", 1.0F / 6}, {"beta", 0.5F}});
}

std::string over_channels(const ExportedNode& node, const std::string& op) {
  return plain(node, op, {{"axis", std::int64_t{1}}});
}
std::string softmax(const ExportedNode& node) { return over_channels(node, "Softmax"); }
std::string log_softmax(const ExportedNode& node) { return over_channels(node, "LogSoftmax"); }

/// x * f(x) of a function already written.
std::string times_input(const ExportedNode& node, const std::string& function) {
  return node.graph.add("Mul", node.name(), {node.inputs[0], function});
}

std::string silu(const ExportedNode& node) {
  return times_input(node, node.graph.add("Sigmoid", node.name("sigmoid"), node.inputs));
}

std::string mish(const ExportedNode& node) {
  const std::string softplus = node.graph.add("Softplus", node.name("softplus"), node.inputs);
  return times_input(node, node.graph.add("Tanh", node.name("tanh"), {softplus}));
}

/// x * (1 + f) / 2.
std::string half_of_one_more(const ExportedNode& node, const std::string& f) {
  GraphWriter& graph = node.graph;
  const std::string more = graph.add("Add", node.name("one_more"), {f, graph.number(node.name("one"), 1)});
  const std::string product = graph.add("Mul", node.name("product"), {node.inputs[0], more});
  return graph.add("Mul", node.name(), {product, graph.number(node.name("half"), 0.5F)});
}

std::string gelu(const ExportedNode& node) {
  GraphWriter& graph = node.graph;
  const std::string root = graph.number(node.name("root"), static_cast<float>(std::numbers::sqrt2));
  const std::string divided = graph.add("Div", node.name("divided"), {node.inputs[0], root});
  return half_of_one_more(node, graph.add("Erf", node.name("erf"), {divided}));
}

std::string gelu_tanh(const ExportedNode& node) {
  GraphWriter& graph = node.graph;
  const std::string& x = node.inputs[0];
  const std::string square = graph.add("Mul", node.name("square"), {x, x});
  const std::string cube = graph.add("Mul", node.name("cube"), {square, x});
  const std::string part = graph.add("Mul", node.name("part"), {cube, graph.number(node.name("weight"), 0.044715F)});
  const std::string sum = graph.add("Add", node.name("sum"), {x, part});
  const auto factor = static_cast<float>(std::sqrt(2 / std::numbers::pi));
  const std::string inner = graph.add("Mul", node.name("inner"), {sum, graph.number(node.name("factor"), factor)});
  return half_of_one_more(node, graph.add("Tanh", node.name("tanh"), {inner}));
}

/// A constant with a number for each channel, as an input wants it that is a vector.
std::string vector_of(const ExportedNode& node, bool given, const std::string& tensor, float otherwise) {
  const auto channels = static_cast<std::size_t>(node.in().last());
  const std::vector<float> filled(given ? 0 : channels, otherwise);
  const std::span<const float> values = given ? node.values(tensor) : std::span<const float>(filled);
  return node.graph.floats(node.name(tensor), {static_cast<std::int64_t>(channels)}, values);
}
std::string gamma_of(const ExportedNode& node) { return vector_of(node, node.settings.flag("scale"), "gamma", 1); }
std::string beta_of(const ExportedNode& node) { return vector_of(node, node.settings.flag("center"), "beta", 0); }

Attributes epsilon_of(const ExportedNode& node) {
  return {{"epsilon", static_cast<float>(node.settings.number("epsilon"))}};
}

std::string dense(const ExportedNode& node) {
  const Extents dims = {node.in().last(), node.out().last()};
  std::vector<std::string> inputs = {node.inputs[0],
                                     node.graph.floats(node.name("kernel"), dims, node.values("kernel"))};
  if (node.settings.flag("use_bias")) {
    inputs.push_back(node.graph.floats(node.name("bias"), {dims[1]}, node.values("bias")));
  }
  return node.graph.add("Gemm", node.name(), inputs);
}

std::string batch_norm(const ExportedNode& node) {
  Attributes attributes = epsilon_of(node);
  attributes.emplace_back("momentum", static_cast<float>(node.settings.number("momentum")));
  return node.graph.add("BatchNormalization", node.name(),
                        {node.inputs[0], gamma_of(node), beta_of(node), vector_of(node, true, "moving_mean", 0),
                         vector_of(node, true, "moving_variance", 0)},
                        attributes);
}

std::string instance_norm(const ExportedNode& node) {
  return node.graph.add("InstanceNormalization", node.name(), {node.inputs[0], gamma_of(node), beta_of(node)},
                        epsilon_of(node));
}

/// gamma * x + beta by channel, as far as the layer has them.
std::string scaled(const ExportedNode& node, std::string value, const std::string& first, const std::string& second) {
  GraphWriter& graph = node.graph;
  const Extents dims = channel_dims(node.in());
  if (node.settings.flag("scale")) {
    value = graph.add("Mul", first, {value, graph.floats(node.name("gamma"), dims, node.values("gamma"))});
  }
  if (node.settings.flag("center")) {
    const std::string& name = node.settings.flag("scale") ? second : first;
    value = graph.add("Add", name, {value, graph.floats(node.name("beta"), dims, node.values("beta"))});
  }
  return value;
}

std::string affine(const ExportedNode& node) {
  if (!node.settings.flag("scale") && !node.settings.flag("center")) return identity(node);
  return scaled(node, node.inputs[0], node.name(), node.name("shifted"));
}

/// A group is a channel of InstanceNormalization once it has an axis of its own.
std::string group_norm(const ExportedNode& node) {
  GraphWriter& graph = node.graph;
  const std::int64_t groups = node.settings.integer("groups");
  const std::vector<float> ones(static_cast<std::size_t>(groups), 1);
  const std::vector<float> zeros(static_cast<std::size_t>(groups), 0);
  const std::string shape = graph.integers(node.name("groups"), {0, groups, -1});
  const std::string divided = graph.add("Reshape", node.name("divided"), {node.inputs[0], shape});
  const std::string normal = graph.add(
      "InstanceNormalization", node.name(),
      {divided, graph.floats(node.name("ones"), {groups}, ones), graph.floats(node.name("zeros"), {groups}, zeros)},
      epsilon_of(node));
  Extents dims = channels_first_dims(node.in());
  dims[0] = 0;
  const std::string joined =
      graph.add("Reshape", node.name("joined"), {normal, graph.integers(node.name("shape"), dims)});
  return scaled(node, joined, node.name("scaled"), node.name("shifted"));
}

std::string layer_norm(const ExportedNode& node) {
  const int rank = node.in().rank();
  const std::string last = channels_last(node.graph, node.name("channels_last"), node.inputs[0], rank);
  Attributes attributes = epsilon_of(node);
  attributes.emplace_back("axis", std::int64_t{-1});
  const std::string normal =
      node.graph.add("LayerNormalization", node.name(), {last, gamma_of(node), beta_of(node)}, attributes);
  return rank == 1 ? normal : channels_first(node.graph, node.name("channels_first"), normal, rank);
}

std::string local_response_norm(const ExportedNode& node) {
  const std::int64_t size = node.settings.integer("size");
  if (size % 2 == 0) {
    throw Error(ErrorKind::config, "layer \"" + node.name() +
                                       "\" (local_response_norm): ONNX's LRN has an even window " +
                                       "elsewhere; export needs an odd \"size\", got " + std::to_string(size));
  }
  const auto number = [&](const char* key) { return static_cast<float>(node.settings.number(key)); };
  return plain(node, "LRN",
               {{"size", size}, {"alpha", number("alpha")}, {"beta", number("beta")}, {"bias", number("k")}});
}

/// Slopes with their channels first.
std::string prelu(const ExportedNode& node) {
  const std::string slopes = node.settings.text("slopes");
  const std::span<const float> alpha = node.values("alpha");
  Extents dims = {1};
  std::vector<float> values(alpha.begin(), alpha.end());
  if (slopes == "channel") dims = channel_dims(node.in());
  if (slopes == "each") {
    const Extents all = channels_first_dims(node.in());
    dims.assign(all.begin() + 1, all.end());
    const auto channels = static_cast<std::size_t>(node.in().last());
    const std::size_t pixels = values.size() / channels;
    for (std::size_t i = 0; i < values.size(); ++i) values[i % channels * pixels + i / channels] = alpha[i];
  }
  return node.graph.add("PRelu", node.name(), {node.inputs[0], node.graph.floats(node.name("alpha"), dims, values)});
}

/// Through convoy's own order of the numbers.
std::string reshape(const ExportedNode& node) {
  GraphWriter& graph = node.graph;
  const std::string last = channels_last(graph, node.name("channels_last"), node.inputs[0], node.in().rank());
  if (node.out().rank() == 1) return graph.add("Flatten", node.name(), {last});
  Extents dims = {0};
  for (int axis = 0; axis < node.out().rank(); ++axis) dims.push_back(node.out()[axis]);
  const std::string shaped = graph.add("Reshape", node.name(), {last, graph.integers(node.name("shape"), dims)});
  return channels_first(graph, node.name("channels_first"), shaped, node.out().rank());
}

std::string add(const ExportedNode& node) { return plain(node, node.inputs.size() == 2 ? "Add" : "Sum"); }
std::string subtract(const ExportedNode& node) { return plain(node, "Sub"); }
std::string maximum(const ExportedNode& node) { return plain(node, "Max"); }
std::string average(const ExportedNode& node) { return plain(node, "Mean"); }
std::string concat(const ExportedNode& node) { return over_channels(node, "Concat"); }

/// A vector among images gets their axes.
std::string multiply(const ExportedNode& node) {
  GraphWriter& graph = node.graph;
  std::string product;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    std::string factor = node.inputs[i];
    if (node.shapes[i].rank() < node.out().rank()) {
      Extents axes;
      for (int axis = node.shapes[i].rank(); axis < node.out().rank(); ++axis) axes.push_back(axis + 1);
      const std::string number = std::to_string(i + 1);
      factor = graph.add("Unsqueeze", node.name("gate" + number),
                         {factor, graph.integers(node.name("axes" + number), axes)});
    }
    const bool last = i + 1 == node.inputs.size();
    const std::string name = last ? node.name() : node.name("product" + std::to_string(i + 1));
    product = i == 0 ? factor : graph.add("Mul", name, {product, factor});
  }
  return product;
}

const std::map<std::string, Writer>& writers() {
  static const std::map<std::string, Writer> all = {
      {"dense", dense},
      {"batch_norm", batch_norm},
      {"group_norm", group_norm},
      {"layer_norm", layer_norm},
      {"instance_norm", instance_norm},
      {"local_response_norm", local_response_norm},
      {"affine", affine},
      {"reshape", reshape},
      {"flatten", reshape},
      {"dropout", dropout},
      {"spatial_dropout", identity},
      {"noise", identity},
      {"activity_regularization", identity},
      {"add", add},
      {"subtract", subtract},
      {"multiply", multiply},
      {"maximum", maximum},
      {"average", average},
      {"concat", concat},
      {"relu", [](const ExportedNode& node) { return plain(node, "Relu"); }},
      {"relu6", relu6},
      {"leaky_relu", leaky_relu},
      {"elu", elu},
      {"selu", [](const ExportedNode& node) { return plain(node, "Selu"); }},
      {"prelu", prelu},
      {"sigmoid", [](const ExportedNode& node) { return plain(node, "Sigmoid"); }},
      {"hard_sigmoid", hard_sigmoid},
      {"tanh", [](const ExportedNode& node) { return plain(node, "Tanh"); }},
      {"gelu", gelu},
      {"gelu_tanh", gelu_tanh},
      {"silu", silu},
      {"hard_swish", [](const ExportedNode& node) { return plain(node, "HardSwish"); }},
      {"mish", mish},
      {"softplus", [](const ExportedNode& node) { return plain(node, "Softplus"); }},
      {"softmax", softmax},
      {"log_softmax", log_softmax},
  };
  return all;
}

}  // namespace

std::string write_node(const ExportedNode& node) {
  if (is_windowed(node.node.type)) return write_windowed(node);
  const auto found = writers().find(node.node.type);
  if (found != writers().end()) return found->second(node);
  throw Error(ErrorKind::config, "layer \"" + node.name() + "\" (" + node.node.type + "): ONNX has no such operator");
}

}  // namespace convoy::formats::onnx
