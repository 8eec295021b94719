#include "formats/keras_export.h"

#include <algorithm>
#include <set>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "convoy/number_text.h"
#include "formats/hdf5_writer.h"
#include "formats/keras_archive.h"
#include "formats/keras_export_layers.h"
#include "formats/keras_names.h"
#include "formats/keras_order.h"

namespace convoy::formats {
namespace {

using nlohmann::json;

constexpr const char* input_layer = "input";  ///< no layer of convoy's has this name

/// A float as the shortest decimal that reads back as the same one.
double as_written(float number) { return std::stod(shortest(static_cast<double>(number))); }

json factors(const std::vector<float>& numbers) {
  json all = json::array();
  for (const float number : numbers) all.push_back(as_written(number));
  const bool same = std::ranges::all_of(numbers, [&](float number) { return number == numbers.front(); });
  return same ? all.front() : all;
}

bool scales_nothing(const Scaling& scaling) {
  return std::ranges::all_of(scaling.multiply, [](float factor) { return factor == 1; }) &&
         std::ranges::all_of(scaling.add, [](float offset) { return offset == 0; });
}

json batch_shape(const Shape& shape) {
  json extents = json::array({nullptr});
  for (int axis = 0; axis < shape.rank(); ++axis) extents.push_back(shape[axis]);
  return extents;
}

json keras_layer_json(const std::string& class_name, const std::string& name, json config, json inbound_nodes) {
  return {{"module", "keras.layers"},
          {"class_name", class_name},
          {"config", std::move(config)},
          {"registered_name", nullptr},
          {"name", name},
          {"inbound_nodes", std::move(inbound_nodes)}};
}

json tensor_json(const std::string& layer, const Shape& shape) {
  return {
      {"class_name", "__keras_tensor__"},
      {"config", {{"shape", batch_shape(shape)}, {"dtype", "float32"}, {"keras_history", json::array({layer, 0, 0})}}}};
}

/// A network's layers in Keras's order.
std::vector<KerasExport> ordered_layers(const Network& network) {
  std::vector<KerasExport> layers = keras_layers_of(network);
  std::vector<std::vector<int>> inputs;
  for (const KerasExport& layer : layers) inputs.push_back(layer.inputs);
  const std::vector<std::size_t> order = keras_order(inputs);
  std::vector<int> places(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) places[order[i]] = static_cast<int>(i);
  std::vector<KerasExport> ordered;
  for (const std::size_t index : order) {
    KerasExport& layer = ordered.emplace_back(std::move(layers[index]));
    for (int& input : layer.inputs) {
      if (input != KerasExport::input) input = places[static_cast<std::size_t>(input)];
    }
  }
  return ordered;
}

/// The model as Keras describes it.
class KerasModelWriter {
 public:
  KerasModelWriter(const ExportedModel& model, const std::vector<KerasExport>& layers)
      : model_(model), layers_(layers), first_(input_layer) {}

  json document() {
    json all = json::array();
    const Shape& input = model_.network.input_shape();
    all.push_back(keras_layer_json(
        "InputLayer", input_layer,
        {{"batch_shape", batch_shape(input)}, {"dtype", "float32"}, {"sparse", false}, {"name", input_layer}},
        json::array()));
    if (!scales_nothing(model_.scaling)) all.push_back(rescaling(input));
    for (const KerasExport& layer : layers_) {
      json config = layer.config;
      if (layer.class_name == "Rescaling") add_factors(layer.name, config);
      all.push_back(keras_layer_json(layer.class_name, layer.name, config, nodes_of(layer)));
    }
    const std::string name = model_.name.empty() ? "model" : model_.name;
    return {{"module", "keras.src.models.functional"},
            {"class_name", "Functional"},
            {"config",
             {{"name", name},
              {"trainable", true},
              {"layers", all},
              {"input_layers", json::array({input_layer, 0, 0})},
              {"output_layers", json::array({layers_.back().name, 0, 0})}}},
            {"registered_name", "Functional"},
            {"build_config", {{"input_shape", nullptr}}}};
  }

 private:
  json rescaling(const Shape& input) {
    std::set<std::string> names;
    for (const KerasExport& layer : layers_) names.insert(layer.name);
    first_ = "rescaling";
    for (int number = 2; names.contains(first_); ++number) first_ = "rescaling_" + std::to_string(number);
    return keras_layer_json("Rescaling", first_,
                            {{"name", first_},
                             {"trainable", false},
                             {"dtype", "float32"},
                             {"scale", factors(model_.scaling.multiply)},
                             {"offset", factors(model_.scaling.add)}},
                            node(json::array({tensor_json(input_layer, input)})));
  }
  /// The numbers of an affine layer.
  void add_factors(const std::string& layer, json& config) const {
    config["scale"] = 1;
    config["offset"] = 0;
    for (const NamedTensor& tensor : model_.tensors) {
      const std::vector<float> values(tensor.values.begin(), tensor.values.end());
      if (tensor.name == layer + "/gamma") config["scale"] = factors(values);
      if (tensor.name == layer + "/beta") config["offset"] = factors(values);
    }
  }
  static json node(json tensors) {
    json arguments = tensors.size() == 1 ? std::move(tensors) : json::array({std::move(tensors)});
    return json::array({{{"args", std::move(arguments)}, {"kwargs", json::object()}}});
  }
  json nodes_of(const KerasExport& layer) const {
    json tensors = json::array();
    for (const int input : layer.inputs) {
      if (input == KerasExport::input) {
        tensors.push_back(tensor_json(first_, model_.network.input_shape()));
      } else {
        const KerasExport& from = layers_[static_cast<std::size_t>(input)];
        tensors.push_back(tensor_json(from.name, from.output));
      }
    }
    return node(std::move(tensors));
  }

  const ExportedModel& model_;
  const std::vector<KerasExport>& layers_;
  std::string first_;  ///< what layers take that take the input
};

std::vector<std::int64_t> extents_of(const ExportedModel& model, const std::string& tensor) {
  const Shape& shape = std::ranges::find(model.tensors, tensor, &NamedTensor::name)->shape;
  std::vector<std::int64_t> extents;
  for (int axis = 0; axis < shape.rank(); ++axis) extents.push_back(shape[axis]);
  return extents;
}

/// Keras has the axes that share a slope as axes of 1.
std::vector<std::int64_t> keras_extents(const ExportedModel& model, const KerasExport& layer,
                                        const std::string& tensor) {
  std::vector<std::int64_t> extents = extents_of(model, tensor);
  if (layer.class_name != "PReLU") return extents;
  while (extents.size() < static_cast<std::size_t>(layer.output.rank())) extents.insert(extents.begin(), 1);
  return extents;
}

std::vector<std::byte> weights_file(const ExportedModel& model, const std::vector<KerasExport>& layers) {
  std::vector<Hdf5Data> data;
  KerasStoreNames names;
  for (const KerasExport& layer : layers) {
    const std::string place = "layers/" + names.next(layer.class_name);
    for (std::size_t i = 0; i < layer.tensors.size(); ++i) {
      data.push_back({.path = place + "/vars/" + std::to_string(i),
                      .shape = keras_extents(model, layer, layer.tensors[i]),
                      .floats = model.values(layer.tensors[i])});
    }
    if (layer.random) {  // a state of Keras's generator
      data.push_back({.path = place + "/seed_generator/vars/0", .shape = {2}, .floats = {}, .numbers = {1, 0}});
    }
  }
  return hdf5_bytes(data);
}

}  // namespace

std::vector<std::filesystem::path> write_keras(const ExportedModel& model, const std::filesystem::path& file) {
  if (model.scaling.threshold) {
    throw Error(ErrorKind::config, "the model's scaling is \"binary\": Keras has no layer that does the same");
  }
  const std::vector<KerasExport> layers = ordered_layers(model.network);
  json metadata = {{"keras_version", "3.0.0"}, {"date_saved", "2020-01-01@00:00:00"}};
  if (!model.class_names.empty()) metadata["class_names"] = model.class_names;
  write_keras_archive(file, {.config = json_text(KerasModelWriter(model, layers).document()),
                             .metadata = json_text(metadata),
                             .weights = weights_file(model, layers)});
  return {file};
}

KerasPlan keras_plan(const Network& network) {
  KerasPlan plan;
  KerasStoreNames names;
  std::vector<std::vector<KerasVariable>> variables;
  for (const KerasExport& layer : ordered_layers(network)) {
    plan.calls.push_back({.name = layer.name,
                          .class_name = layer.class_name,
                          .config = nullptr,
                          .inputs = {},
                          .trainable = layer.trainable,
                          .again = false,
                          .store = "layers/" + names.next(layer.class_name),
                          .top = layer.name});
    auto& own = variables.emplace_back();
    for (std::size_t i = 0; i < layer.tensors.size(); ++i) {
      own.push_back({layer.variables[i], layer.tensors[i], !layer.variables[i].starts_with("moving_")});
    }
  }
  for (std::size_t i = 0; i < plan.calls.size(); ++i) plan.variables.push_back({&plan.calls[i], variables[i]});
  return plan;
}

}  // namespace convoy::formats
