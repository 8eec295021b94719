#pragma once

#include <span>
#include <string>
#include <vector>

#include "formats/exchange.h"
#include "formats/onnx_writer.h"
#include "graph/network.h"

/// Within the graph that is written every value has its channels as axis 1, behind the batch: images as ONNX's users
/// expect them.
namespace convoy::formats::onnx {

/// A node of the network, and what its ONNX nodes are made of.
struct ExportedNode {
  GraphWriter& graph;
  const ExportedModel& model;
  const convoy::Node& node;
  const Settings& settings;
  std::vector<std::string> inputs = {};  ///< names of values
  std::vector<Shape> shapes = {};        ///< theirs, in convoy's order

  const std::string& name() const { return node.name; }
  std::string name(const std::string& part) const { return node.name + "/" + part; }
  const Shape& in() const { return shapes[0]; }
  const Shape& out() const { return node.declaration.output; }
  /// A tensor of the layer: "kernel".
  std::span<const float> values(const std::string& tensor) const { return model.values(node.name + "/" + tensor); }
};

/// Writes a node and returns the name of its value. Throws Error{config} for a layer that ONNX cannot express.
std::string write_node(const ExportedNode& node);

/// The same for convolutions, pooling and what else works on windows.
std::string write_windowed(const ExportedNode& node);
bool is_windowed(const std::string& type);

/// Batch (-1), channels, and then the other extents.
Extents channels_first_dims(const Shape& shape);
/// Those of a constant with a number for each channel: C x 1 x 1.
Extents channel_dims(const Shape& shape);

/// A value with its channels, axis 1, as last axis, and back.
std::string channels_last(GraphWriter& graph, const std::string& name, const std::string& value, int rank);
std::string channels_first(GraphWriter& graph, const std::string& name, const std::string& value, int rank);

}  // namespace convoy::formats::onnx
