#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "convoy/settings.h"
#include "convoy/shape.h"
#include "layers/layer.h"

namespace convoy {

/// Name, shape and place of a parameter or state in Weights.
struct TensorPlace {
  std::string name;        ///< "conv1/kernel"
  std::size_t offset = 0;  ///< floats into Weights::parameters or ::states
  Shape shape;
};

/// One layer in a network.
struct Node {
  std::string name;
  std::string type;
  std::string owner;        ///< the layer that has this node as its `activation = `, else empty
  std::vector<int> inputs;  ///< indices of nodes, or Network::input
  bool trainable = true;
  bool needs_gradient = false;  ///< it or a node before it is trained, so the backward pass reaches it
  Declaration declaration;
  std::unique_ptr<Layer> layer;
  std::vector<TensorPlace> parameters;
  std::vector<TensorPlace> states;
};

/// An immutable directed acyclic graph of named layers in topological order. It holds shapes and offsets, no tensors:
/// Weights holds the parameters, Session the rest.
class Network {
 public:
  static constexpr int input = -1;
  static constexpr const char* input_name = "input";

  /// Makes the layers, turns each `activation = ` into a separate node, infers shapes and checks everything. A layer
  /// without inputs follows the one before it. Throws Error{config}: `where: layer 4 "conv2": ...`.
  Network(const Shape& input_shape, const std::vector<LayerSpec>& layers);

  const Shape& input_shape() const { return input_shape_; }
  /// The layers as given, with defaults for missing keys. Layer number i is the i-th node without an owner.
  const std::vector<LayerSpec>& layers() const { return layers_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  const Node& node(int index) const { return nodes_[static_cast<std::size_t>(index)]; }
  /// The shape of one sample of a node's output, or of the network's input.
  const Shape& shape_of(int node) const;
  int output() const { return static_cast<int>(nodes_.size()) - 1; }
  /// The name of the layer that a node belongs to, as in the configuration; input_name for the input.
  std::string layer_of(int node) const;
  /// The node before a final activation of that type; the last node where the network does not end in one.
  int before_final(const std::string& activation) const;
  /// The node whose output a softmax loss takes.
  int logits() const { return before_final("softmax"); }
  bool ends_in_softmax() const { return logits() != output(); }
  std::size_t parameter_floats() const { return parameter_floats_; }
  std::size_t state_floats() const { return state_floats_; }

 private:
  /// Appends the node of a layer, and one for its `activation = `; completes the keys of `spec`. Throws Error{config}.
  void add(LayerSpec& spec, const std::string& name);
  /// Makes the node's layer, sets its shapes and the places of its tensors, and adds it; returns its index.
  int append(Node node, Settings settings);
  /// The nodes that a layer names as inputs, by default the last one. Throws Error{config} for an unknown name.
  std::vector<int> inputs_of(const LayerSpec& spec) const;
  /// Gives the declared tensors of a node places in Weights.
  void place_tensors(Node& node);
  /// Throws Error{config} where another layer than the last has no consumer.
  void check_consumed() const;

  Shape input_shape_;
  std::vector<LayerSpec> layers_;
  std::vector<Node> nodes_;
  std::map<std::string, int> by_name_;  ///< a layer's name -> the node of its output
  std::size_t parameter_floats_ = 0;
  std::size_t state_floats_ = 0;
};

/// Whether one of the layers computes through OpenBLAS: those with engine = "blas".
bool uses_blas(const std::vector<LayerSpec>& layers);

}  // namespace convoy
