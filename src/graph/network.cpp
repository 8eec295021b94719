#include "graph/network.h"

#include <algorithm>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "core/aligned_buffer.h"
#include "core/text.h"
#include "layers/registry.h"

namespace convoy {
namespace {

/// The beginning of an error message: `configs/a.toml:31:3: layer 4 "conv2": `.
std::string place_of(const LayerSpec& spec, std::size_t number, const std::string& name) {
  return (spec.where.empty() ? "" : spec.where + ": ") + "layer " + std::to_string(number) + " \"" + name + "\": ";
}

/// "conv2d_2": the type with the number of the layer among earlier ones of that type without a name.
std::string automatic_name(const std::string& type, const std::vector<LayerSpec>& layers, std::size_t index) {
  const auto end = layers.begin() + static_cast<std::ptrdiff_t>(index);
  const auto earlier = std::count_if(layers.begin(), end,
                                     [&](const LayerSpec& layer) { return layer.type == type && layer.name.empty(); });
  return type + "_" + std::to_string(earlier + 1);
}

/// Places a tensor at `floats`, and adds its size, rounded to cache lines, to `floats`.
TensorPlace make_place(const std::string& node, const std::string& tensor, const Shape& shape, std::size_t& floats) {
  TensorPlace place{node + "/" + tensor, floats, shape};
  floats += round_to_line(shape.size());
  return place;
}

}  // namespace

Network::Network(const Shape& input_shape, const std::vector<LayerSpec>& layers)
    : input_shape_(input_shape), layers_(layers) {
  if (layers.empty()) throw Error(ErrorKind::config, "a network needs at least one layer; add a [[layer]] table");
  by_name_[input_name] = Network::input;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    LayerSpec& spec = layers_[i];
    const std::string name = spec.name.empty() ? automatic_name(spec.type, layers, i) : spec.name;
    try {
      add(spec, name);
    } catch (const Error& error) {
      const std::string message = error.what();
      // Errors about a key carry their own, nearer place.
      const bool placed =
          !spec.where.empty() && message.starts_with(shown(spec.where.substr(0, spec.where.find(':') + 1)));
      throw Error(error.kind(), placed ? message : place_of(spec, i + 1, name) + message);
    }
  }
  check_consumed();
}

void Network::add(LayerSpec& spec, const std::string& name) {
  if (by_name_.contains(name)) throw Error(ErrorKind::config, "another layer has the same name");
  spec.settings.complete(layer_type(spec.type).schema.keys, "layer \"" + name + "\" (" + spec.type + ")");
  Settings settings = spec.settings;

  Node node;
  node.name = name;
  node.type = spec.type;
  node.trainable = spec.trainable;
  node.inputs = inputs_of(spec);
  if (spec.type == "activation") {  // the function's own layer type does the work
    node.type = settings.text("function");
    settings = {};
  }
  const std::string activation = settings.has("activation") ? settings.text("activation") : "linear";
  int last = append(std::move(node), settings);
  if (activation != "linear") {
    const NumberedName function = *parse_numbered(activation);  // checked with the layer's keys
    Node follower;
    follower.name = name + "." + function.name;
    follower.type = function.name;
    follower.owner = name;
    follower.inputs = {last};
    Settings options;
    if (function.number) options.set(layer_type(function.name).schema.keys.front().name, *function.number);
    last = append(std::move(follower), options);
  }
  by_name_[name] = last;
}

int Network::append(Node node, Settings settings) {
  const LayerType& type = layer_type(node.type);
  settings.complete(type.schema.keys, node.type);
  node.layer = type.make(settings);
  std::vector<Shape> shapes;
  for (const int index : node.inputs) shapes.push_back(shape_of(index));
  node.declaration = node.layer->setup(shapes);
  const auto trained_before = [&](int index) { return index != input && this->node(index).needs_gradient; };
  node.needs_gradient =
      (node.trainable && !node.declaration.parameters.empty()) || std::ranges::any_of(node.inputs, trained_before);
  place_tensors(node);
  nodes_.push_back(std::move(node));
  return output();
}

std::vector<int> Network::inputs_of(const LayerSpec& spec) const {
  if (spec.inputs.empty()) return {output()};  // -1 before the first layer: the network's input
  std::vector<int> inputs;
  for (const auto& name : spec.inputs) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) {
      Texts known;
      for (const auto& [other, index] : by_name_) known.push_back(other);
      throw Error(ErrorKind::config,
                  "input \"" + name + "\" is not the name of an earlier layer" + did_you_mean(name, known));
    }
    inputs.push_back(found->second);
  }
  return inputs;
}

void Network::place_tensors(Node& node) {
  for (const auto& tensor : node.declaration.parameters) {
    node.parameters.push_back(make_place(node.name, tensor.name, tensor.shape, parameter_floats_));
  }
  for (const auto& tensor : node.declaration.states) {
    node.states.push_back(make_place(node.name, tensor.name, tensor.shape, state_floats_));
  }
}

void Network::check_consumed() const {
  std::vector<bool> consumed(nodes_.size());
  for (const Node& node : nodes_) {
    for (const int index : node.inputs) {
      if (index != input) consumed[static_cast<std::size_t>(index)] = true;
    }
  }
  for (std::size_t i = 0; i + 1 < nodes_.size(); ++i) {
    if (consumed[i]) continue;
    const std::string& name = nodes_[i].owner.empty() ? nodes_[i].name : nodes_[i].owner;
    throw Error(ErrorKind::config,
                "layer \"" + name + "\": no other layer takes its output; only the last layer may end the network");
  }
}

std::string Network::layer_of(int node) const {
  if (node == input) return input_name;
  const Node& n = nodes_[static_cast<std::size_t>(node)];
  return n.owner.empty() ? n.name : n.owner;
}

const Shape& Network::shape_of(int node) const {
  return node == input ? input_shape_ : this->node(node).declaration.output;
}

int Network::before_final(const std::string& activation) const {
  const Node& last = nodes_.back();
  return last.type == activation && last.inputs[0] != input ? last.inputs[0] : output();
}

bool uses_blas(const std::vector<LayerSpec>& layers) {
  return std::ranges::any_of(layers,
                             [](const LayerSpec& layer) { return layer.settings.text_or("engine", "") == "blas"; });
}

}  // namespace convoy
