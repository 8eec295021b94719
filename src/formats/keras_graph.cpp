#include "formats/keras_graph.h"

#include <map>
#include <set>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "formats/keras_layers.h"
#include "formats/keras_names.h"

namespace convoy::formats {
namespace {

using nlohmann::json;

constexpr std::size_t most_layers = 20'000;
constexpr int deepest_model = 8;

bool is_sequential(const std::string& class_name) { return class_name == "Sequential"; }
bool is_functional(const std::string& class_name) { return class_name == "Functional" || class_name == "Model"; }
bool is_model(const std::string& class_name) { return is_sequential(class_name) || is_functional(class_name); }

/// A reference to a layer's output: ["conv1", 0, 0].
struct KerasTensorName {
  std::string layer;
  int call = 0;
};

/// A model that is being opened: the network's, or one within it.
struct KerasModelPlace {
  std::string prefix;  ///< of names
  std::string store;   ///< "layers/functional/"
  std::string top;     ///< "" in the outermost model
  bool trainable = true;
  int depth = 0;
};

/// A layer of a functional model.
struct KerasEntry {
  const json* layer = nullptr;
  std::string store;
  std::vector<const json*> nodes;  ///< calls that are still to be made
  std::vector<int> outputs = {};
  std::size_t made = 0;
};

class KerasGraphReader {
 public:
  explicit KerasGraphReader(std::string file) : file_(std::move(file)) {}

  KerasGraph read(const json& document) {
    const std::string class_name = keras_text(document, "class_name");
    if (!is_model(class_name)) {
      fail("the model is a " + shown(class_name) + ": convoy reads Sequential and Functional models");
    }
    graph_.name = keras_text(keras_member(document, "config"), "name");
    graph_.output = open(document, {KerasGraph::input}, {});
    return std::move(graph_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw Error(ErrorKind::data, shown(file_) + ": " + what); }
  [[noreturn]] void fail(const json& layer, const std::string& what) const { fail(title(layer) + what); }
  static std::string name_of(const json& layer) {
    const std::string name = keras_text(layer, "name");
    return name.empty() ? keras_text(keras_member(layer, "config"), "name") : name;
  }
  static std::string title(const json& layer) {
    return "layer \"" + shown(name_of(layer)) + "\" (" + shown(keras_text(layer, "class_name")) + "): ";
  }

  /// Adds a model's calls and returns that of its output.
  int open(const json& model, const std::vector<int>& inputs, const KerasModelPlace& place) {
    if (place.depth > deepest_model) fail("models are nested too deeply");
    const json& config = keras_member(model, "config");
    const json& layers = config.is_array() ? config : keras_member(config, "layers");  // a list in early Keras 2
    if (!layers.is_array()) fail("the model \"" + shown(name_of(model)) + "\" has no list of layers");
    if (!is_sequential(keras_text(model, "class_name"))) return functional(config, layers, inputs, place);
    if (inputs.size() != 1) fail(model, "a Sequential has one input");
    return sequential(config, layers, inputs[0], place);
  }

  int sequential(const json& config, const json& layers, int input, const KerasModelPlace& place) {
    KerasStoreNames names;
    int last = input;
    for (const json& layer : layers) {
      const std::string class_name = keras_text(layer, "class_name");
      take_input_shape(keras_member(layer, "config"));
      if (class_name == "InputLayer") continue;
      last = call(layer, {last}, place, names.next(class_name), false);
    }
    if (graph_.input_shape.rank() == 0) take_shape(keras_member(config, "build_input_shape"));
    if (graph_.input_shape.rank() == 0) fail("the model says no shape of its input; call it, or add an Input");
    return last;
  }

  int functional(const json& config, const json& layers, const std::vector<int>& inputs, const KerasModelPlace& place) {
    std::map<std::string, KerasEntry> entries;
    std::vector<KerasEntry*> order;
    KerasStoreNames names;
    for (const json& layer : layers) {
      const auto [at, is_new] = entries.try_emplace(name_of(layer));
      if (!is_new) fail(layer, "another layer has the same name");
      at->second.layer = &layer;
      at->second.store = names.next(keras_text(layer, "class_name"));
      for (const json& node : keras_member(layer, "inbound_nodes")) at->second.nodes.push_back(&node);
      order.push_back(&at->second);
      take_input_shape(keras_member(layer, "config"));
    }
    feed_inputs(tensor_names(keras_member(config, "input_layers")), inputs, entries, place);
    while (make_calls(order, entries, place)) {
    }
    for (const KerasEntry* entry : order) {
      if (entry->made < entry->nodes.size()) fail(*entry->layer, "is fed by a layer that the model does not have");
    }
    const auto outputs = tensor_names(keras_member(config, "output_layers"));
    if (outputs.size() != 1) fail("the model has " + std::to_string(outputs.size()) + " outputs; convoy's have one");
    const int* output = find(outputs[0], entries);
    if (output == nullptr) fail("the model's output \"" + shown(outputs[0].layer) + "\" is no layer of it");
    return *output;
  }

  void feed_inputs(const std::vector<KerasTensorName>& names, const std::vector<int>& inputs,
                   std::map<std::string, KerasEntry>& entries, const KerasModelPlace& place) {
    if (names.size() != inputs.size()) {
      fail("the model has " + std::to_string(names.size()) + " inputs, expected " + std::to_string(inputs.size()));
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto found = entries.find(names[i].layer);
      if (found == entries.end()) fail("the model's input \"" + shown(names[i].layer) + "\" is no layer of it");
      found->second.outputs = {inputs[i]};
      found->second.nodes.clear();
    }
    if (place.depth == 0 && graph_.input_shape.rank() == 0) fail("the model says no shape of its input");
  }

  /// Makes the calls whose inputs are there; false where there was none.
  bool make_calls(const std::vector<KerasEntry*>& order, std::map<std::string, KerasEntry>& entries,
                  const KerasModelPlace& place) {
    bool progress = false;
    for (KerasEntry* entry : order) {
      while (entry->made < entry->nodes.size()) {
        std::vector<int> inputs;
        if (!resolve(*entry->layer, *entry->nodes[entry->made], entries, inputs)) break;
        entry->outputs.push_back(call(*entry->layer, inputs, place, entry->store, entry->made > 0));
        ++entry->made;
        progress = true;
      }
    }
    return progress;
  }

  /// The calls that feed one; false where one of them has not been made yet.
  bool resolve(const json& layer, const json& node, const std::map<std::string, KerasEntry>& entries,
               std::vector<int>& inputs) const {
    const std::vector<KerasTensorName> names = node.is_object() ? call_arguments(layer, node) : tensor_names(node);
    if (names.empty()) fail(layer, "says no layer that feeds it");
    for (const KerasTensorName& name : names) {
      const int* found = find(name, entries);
      if (found == nullptr) return false;
      inputs.push_back(*found);
    }
    return true;
  }

  /// Keras 3: {"args": [tensor, or a list of them], "kwargs": {...}}.
  std::vector<KerasTensorName> call_arguments(const json& layer, const json& node) const {
    for (const auto& [key, value] : keras_member(node, "kwargs").items()) {
      const bool harmless = value.is_null() || (key == "training" && value == false);
      if (!harmless) fail(layer, "is called with \"" + shown(key) + "\", which convoy does not know");
    }
    std::vector<KerasTensorName> names;
    add_tensors(layer, keras_member(node, "args"), names);
    return names;
  }
  void add_tensors(const json& layer, const json& value, std::vector<KerasTensorName>& names) const {
    if (value.is_array()) {
      for (const json& inner : value) add_tensors(layer, inner, names);
    } else if (keras_text(value, "class_name") == "__keras_tensor__") {
      const auto history = tensor_names(keras_member(keras_member(value, "config"), "keras_history"));
      names.insert(names.end(), history.begin(), history.end());
    } else if (!value.is_null()) {
      fail(layer, "is called with " + shortened(json_text(value), 40) + ", expected tensors");
    }
  }

  /// ["conv1", 0, 0], or a list of such.
  std::vector<KerasTensorName> tensor_names(const json& value) const {
    std::vector<KerasTensorName> names;
    if (!value.is_array()) return names;
    if (value.empty() || !value[0].is_string()) {
      for (const json& inner : value) {
        if (inner.is_array() && !inner.empty() && inner[0].is_string()) names.push_back(tensor_name(inner));
      }
      return names;
    }
    return {tensor_name(value)};
  }
  KerasTensorName tensor_name(const json& value) const {
    const bool sound = value.size() >= 3 && value[1].is_number_unsigned() && value[2].is_number_unsigned();
    if (!sound) fail("damaged: " + shortened(json_text(value), 60) + " is no tensor");
    if (value[2] != 0) fail("layer \"" + shown(value[0].get<std::string>()) + "\": convoy's layers have one output");
    if (value.size() > 3) {
      for (const auto& [key, option] : value[3].items()) {
        if (!option.is_null() && option != false) {
          fail("a layer is called with \"" + shown(key) + "\", which convoy does not know");
        }
      }
    }
    return {value[0].get<std::string>(), value[1].get<int>()};
  }

  /// Calls of a functional model within another count from 1: the first is that by which it was made.
  static const int* find(const KerasTensorName& name, const std::map<std::string, KerasEntry>& entries) {
    const auto found = entries.find(name.layer);
    if (found == entries.end()) return nullptr;
    const KerasEntry& entry = found->second;
    if (entry.nodes.size() <= 1) return entry.outputs.empty() ? nullptr : entry.outputs.data();
    const int first = is_functional(keras_text(*entry.layer, "class_name")) ? 1 : 0;
    const int index = name.call - first;
    if (index < 0 || static_cast<std::size_t>(index) >= entry.outputs.size()) return nullptr;
    return &entry.outputs[static_cast<std::size_t>(index)];
  }

  /// Adds a layer's call, or those of a model's layers, and returns that of the output.
  int call(const json& layer, const std::vector<int>& inputs, const KerasModelPlace& place, const std::string& store,
           bool again) {
    const std::string class_name = keras_text(layer, "class_name");
    const json& config = keras_member(layer, "config");
    const std::string name = name_of(layer);
    const bool trainable = place.trainable && keras_member(config, "trainable") != false;
    if (is_model(class_name)) {
      if (again) fail(layer, "a model that is called twice: convoy's layers share no weights");
      return open(layer, inputs,
                  {place.prefix + name + "_", place.store + "layers/" + store + "/",
                   place.top.empty() ? name : place.top, trainable, place.depth + 1});
    }
    const std::string registered = keras_text(layer, "registered_name");
    if (!knows_keras_class(class_name) || registered.find('>') != std::string::npos) {
      fail(layer, "convoy has no such layer");
    }
    if (graph_.calls.size() == most_layers) fail("more than " + std::to_string(most_layers) + " layers");
    graph_.calls.push_back({.name = place.prefix + name,
                            .class_name = class_name,
                            .config = &config,
                            .inputs = inputs,
                            .trainable = trainable,
                            .again = again,
                            .store = place.store + "layers/" + store,
                            .top = place.top.empty() ? name : place.top});
    return static_cast<int>(graph_.calls.size()) - 1;
  }

  /// An InputLayer's shape, or that of the first layer: [null, 28, 28, 1].
  void take_input_shape(const json& config) {
    if (graph_.input_shape.rank() > 0) return;
    for (const char* key : {"batch_shape", "batch_input_shape"}) take_shape(keras_member(config, key));
  }
  void take_shape(const json& shape) {
    if (!shape.is_array() || shape.size() < 2 || graph_.input_shape.rank() > 0) return;
    std::vector<std::int64_t> extents;
    for (std::size_t i = 1; i < shape.size(); ++i) {
      if (!shape[i].is_number_integer()) {
        fail("the input is " + shortened(json_text(shape), 60) + ": convoy wants each extent but the batch's known");
      }
      extents.push_back(shape[i].get<std::int64_t>());
    }
    try {
      graph_.input_shape = Shape(extents.begin(), extents.end());
    } catch (const Error& error) {
      fail("the input is " + shortened(json_text(shape), 60) + ": " + error.what());
    }
  }

  std::string file_;
  KerasGraph graph_;
};

}  // namespace

KerasGraph read_keras_graph(const json& document, const std::string& file) {
  return KerasGraphReader(file).read(document);
}

}  // namespace convoy::formats
