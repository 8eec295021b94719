#include "formats/onnx_export.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <numbers>
#include <set>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "core/text.h"
#include "formats/layer_table.h"
#include "formats/onnx.h"
#include "formats/onnx_writer.h"
#include "graph/network.h"
#include "io/atomic_file.h"
#include "layers/registry.h"

namespace convoy::formats::onnx {
namespace {

/// The settings of each node, complete: a layer's, or of the function that is its `activation = `.
std::vector<Settings> node_settings(const Network& network) {
  std::vector<Settings> all;
  std::size_t layer = 0;
  for (const Node& node : network.nodes()) {
    Settings settings;
    if (node.owner.empty()) {
      const LayerSpec& spec = network.layers()[layer++];
      if (spec.type == node.type) settings = spec.settings;  // not of the layer "activation"
    } else {
      const auto function = parse_numbered(network.layers()[layer - 1].settings.text("activation"));
      if (function && function->number) {
        settings.set(layer_type(node.type).schema.keys.front().name, *function->number);
      }
    }
    settings.complete(layer_type(node.type).schema.keys, node.name);
    all.push_back(std::move(settings));
  }
  return all;
}

/// The scaling of samples as the first thing in the graph.
std::string write_scaling(GraphWriter& graph, const Scaling& scaling, const std::string& input, const Shape& shape) {
  std::string value = input;
  Extents dims = channel_dims(shape);
  const auto all_are = [](const std::vector<float>& numbers, float number) {
    return std::ranges::all_of(numbers, [&](float one) { return one == number; });
  };
  if (!all_are(scaling.multiply, 1)) {
    value = graph.add("Mul", "scaling", {value, graph.floats("scaling/multiply", dims, scaling.multiply)});
  }
  if (!all_are(scaling.add, 0)) {
    value = graph.add("Add", "scaling/shifted", {value, graph.floats("scaling/add", dims, scaling.add)});
  }
  if (scaling.threshold) {
    value = graph.add("Greater", "scaling/above", {value, graph.number("scaling/threshold", *scaling.threshold)});
    value = graph.add("Cast", "scaling/binary", {value}, {{"to", std::int64_t{1}}});
  }
  return value;
}

/// With the sample's axes in convoy's order, as a graph's inputs and outputs that are no images have them.
Extents outside_dims(const Shape& shape) {
  if (shape.rank() == 3) return channels_first_dims(shape);
  Extents dims = {-1};
  for (int axis = 0; axis < shape.rank(); ++axis) dims.push_back(shape[axis]);
  return dims;
}

/// The names of batch norms whose moving variance is unbiased: ONNX has no attribute that says so.
nlohmann::json unbiased_norms(const Network& network, const std::vector<Settings>& settings) {
  nlohmann::json names = nlohmann::json::array();
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const Node& node = network.nodes()[i];
    if (node.type == "batch_norm" && settings[i].text("moving_variance") == "unbiased") names.push_back(node.name);
  }
  return names;
}

bool turned_outside(const Shape& shape) { return shape.rank() == 2 || shape.rank() == 4; }

}  // namespace

Extents channels_first_dims(const Shape& shape) {
  Extents dims = {-1, shape.last()};
  for (int axis = 0; axis + 1 < shape.rank(); ++axis) dims.push_back(shape[axis]);
  return dims;
}

Extents channel_dims(const Shape& shape) {
  Extents dims = {shape.last()};
  for (int axis = 0; axis + 1 < shape.rank(); ++axis) dims.push_back(1);
  return dims;
}

std::string channels_last(GraphWriter& graph, const std::string& name, const std::string& value, int rank) {
  if (rank < 2) return value;
  Extents order = {0};
  for (int axis = 2; axis <= rank; ++axis) order.push_back(axis);
  order.push_back(1);
  return graph.add("Transpose", name, {value}, {{"perm", order}});
}

std::string channels_first(GraphWriter& graph, const std::string& name, const std::string& value, int rank) {
  if (rank < 2) return graph.add("Identity", name, {value});
  Extents order = {0, rank};
  for (int axis = 1; axis < rank; ++axis) order.push_back(axis);
  return graph.add("Transpose", name, {value}, {{"perm", order}});
}

std::vector<std::filesystem::path> write(const ExportedModel& model, const std::filesystem::path& file) {
  const Network& network = model.network;
  GraphWriter graph;
  const std::vector<Settings> settings = node_settings(network);
  std::vector<std::string> values;
  graph.input(Network::input_name, outside_dims(network.input_shape()));
  std::string input = Network::input_name;
  if (turned_outside(network.input_shape())) {
    input = channels_first(graph, "input/channels_first", input, network.input_shape().rank());
  }
  input = write_scaling(graph, model.scaling, input, network.input_shape());
  for (std::size_t i = 0; i < network.nodes().size(); ++i) {
    const Node& node = network.nodes()[i];
    layer_names(node.type);  // throws for a program's own layer
    ExportedNode exported{.graph = graph, .model = model, .node = node, .settings = settings[i]};
    for (const int from : node.inputs) {
      exported.inputs.push_back(from == Network::input ? input : values[static_cast<std::size_t>(from)]);
      exported.shapes.push_back(network.shape_of(from));
    }
    values.push_back(write_node(exported));
  }
  const Shape& shape = network.shape_of(network.output());
  const bool taken = std::ranges::any_of(network.nodes(), [](const Node& node) { return node.name == "output"; });
  const std::string output = taken ? "output/last" : "output";
  if (turned_outside(shape)) {
    channels_last(graph, output, values.back(), shape.rank());
  } else {
    graph.add("Identity", output, {values.back()});
  }
  graph.output(output, outside_dims(shape));
  std::map<std::string, std::string> metadata;
  if (!model.class_names.empty()) metadata["class_names"] = json_text(nlohmann::json(model.class_names));
  if (const nlohmann::json names = unbiased_norms(network, settings); !names.empty()) {
    metadata["unbiased_variance"] = json_text(names);
  }
  const std::string name = model.name.empty() ? "convoy" : model.name;
  write_file_atomically(file, graph.file(name, metadata));
  return {file};
}

}  // namespace convoy::formats::onnx
