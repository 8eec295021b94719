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

/// Where a parameter or state lives in Weights.
struct TensorPlace {
  std::string name;        ///< "conv1/kernel"
  std::size_t offset = 0;  ///< floats into Weights::parameters or ::states
  Shape shape;
};

/// One layer in a network.
struct Node {
  std::string name;
  std::string type;
  std::string owner;        ///< the layer whose `activation = ` this node is, else empty
  std::vector<int> inputs;  ///< indices of nodes, or Network::input
  bool trainable = true;
  bool needs_gradient = false;  ///< something at or before it is trained, so backward reaches it
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

  /// Makes the layers, expands `activation = ` into nodes of their own, infers shapes and checks everything. A layer
  /// without inputs follows the one before it. Throws Error{config}: `where: layer 4 "conv2": ...`.
  Network(const Shape& input_shape, const std::vector<LayerSpec>& layers);

  const Shape& input_shape() const { return input_shape_; }
  /// As given, with every key: the node of layer number i is the i-th without an owner.
  const std::vector<LayerSpec>& layers() const { return layers_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  const Node& node(int index) const { return nodes_[static_cast<std::size_t>(index)]; }
  /// The shape of one sample of a node's output, or of the network's input.
  const Shape& shape_of(int node) const;
  int output() const { return static_cast<int>(nodes_.size()) - 1; }
  /// The layer that a node belongs to, as a reader of the configuration knows it; input_name for the input.
  std::string layer_of(int node) const;
  /// The node before a final activation of that type, or the last where the network does not end in one.
  int before_final(const std::string& activation) const;
  /// The node whose output a softmax loss takes.
  int logits() const { return before_final("softmax"); }
  bool ends_in_softmax() const { return logits() != output(); }
  std::size_t parameter_floats() const { return parameter_floats_; }
  std::size_t state_floats() const { return state_floats_; }

 private:
  void add(LayerSpec& spec, const std::string& name);
  int append(Node node, Settings settings);
  std::vector<int> inputs_of(const LayerSpec& spec) const;
  void place_tensors(Node& node);
  void check_consumed() const;

  Shape input_shape_;
  std::vector<LayerSpec> layers_;
  std::vector<Node> nodes_;
  std::map<std::string, int> by_name_;  ///< a layer's name -> the node of its output
  std::size_t parameter_floats_ = 0;
  std::size_t state_floats_ = 0;
};

}  // namespace convoy
