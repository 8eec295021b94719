#include "formats/keras_import.h"

#include <algorithm>
#include <map>
#include <set>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "formats/keras_graph.h"
#include "formats/keras_layers.h"
#include "formats/keras_scaling.h"
#include "formats/keras_weights.h"
#include "layers/layer_name.h"

namespace convoy::formats {
namespace {

using nlohmann::json;

/// What a call's output is here.
struct KerasOutput {
  std::string layer;  ///< convoy's layer; input_name for the input
  int rank = 0;
  int scaled = 0;  ///< of the input: by how many layers
};

/// A layer that scales the input, until its weights are there.
struct KerasScaler {
  const KerasCall* call;
  std::string title;
  std::string layer = {};  ///< the affine layer that it is where it is behind others
};

class KerasImport {
 public:
  KerasImport(const KerasDocument& document, const Hdf5Contents& weights, std::string file)
      : document_(document),
        weights_(weights),
        file_(std::move(file)),
        graph_(read_keras_graph(document.model, file_)) {}

  ImportedModel take() {
    model_.name = plain_name(graph_.name);
    model_.input = graph_.input_shape;
    model_.class_names = document_.class_names;
    for (const KerasCall& call : graph_.calls) outputs_.push_back(convert(call));
    if (model_.layers.empty() || output(graph_.output).layer != model_.layers.back().name) {
      fail("the model's output is not that of its last layer");
    }
    if (!scaled_uses_.empty() && (scaled_uses_.size() > 1 || *scaled_uses_.begin() != scale_steps())) {
      fail("the input is used scaled and not scaled: convoy scales it once");
    }
    take_weights();
    model_.loss = loss();
    return std::move(model_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw Error(ErrorKind::data, shown(file_) + ": " + what); }
  int scale_steps() const { return static_cast<int>(scalers_.size()); }

  /// A name as convoy's layers have it, at most `most` characters.
  static std::string plain_name(std::string name, std::size_t most = 80) {
    std::ranges::replace_if(
        name, [](char c) { return !layers::is_name_character(c); }, '_');
    return name.substr(0, most);
  }
  std::string free_name(const KerasCall& call) {
    constexpr std::size_t room = 60;  // for a number, and the second layer's type
    std::string name = plain_name(call.name, room);
    if (name.empty() || name == Network::input_name) name += "_1";
    const std::string first = name;
    for (int number = 2; !names_.insert(name).second; ++number) name = first + "_" + std::to_string(number);
    if (name != call.name && !call.again) {
      model_.notes.push_back("layer \"" + shown(call.name) + "\" is called \"" + name + "\" here");
    }
    return name;
  }

  KerasOutput output(int call) const {
    if (call == KerasGraph::input) return {Network::input_name, model_.input.rank(), 0};
    return outputs_[static_cast<std::size_t>(call)];
  }

  KerasOutput convert(const KerasCall& call) {
    const std::string title = shown(file_) + ": layer \"" + shown(call.name) + "\" (" + call.class_name + ")";
    const KerasConfig config(*call.config, title);
    check_numbers(config);
    const KerasOutput first = output(call.inputs.front());
    if (call.class_name == "Rescaling" || call.class_name == "Normalization") return scale(call, config, first);
    KerasPlace place{.name = free_name(call),
                     .inputs = {},
                     .rank = first.rank,
                     .trainable = call.trainable,
                     .keras_version = document_.version};
    for (const int input : call.inputs) {
      const KerasOutput from = output(input);
      if (from.layer == Network::input_name) scaled_uses_.insert(from.scaled);
      place.inputs.push_back(from.layer);
    }
    KerasLayer made = read_keras_layer(call.class_name, config, place);
    if (call.again && !made.variables.empty()) {
      config.refuse("the layer is called twice: convoy's layers share no weights");
    }
    variables_.push_back({&call, std::move(made.variables)});
    model_.notes.insert(model_.notes.end(), made.notes.begin(), made.notes.end());
    if (made.layers.empty()) return {first.layer, made.rank, first.scaled};
    for (LayerSpec& layer : made.layers) model_.layers.push_back(std::move(layer));
    return {model_.layers.back().name, made.rank, 0};
  }

  /// Computing is in float32 here; quantised weights are not.
  void check_numbers(const KerasConfig& config) {
    const json& dtype = config.at("dtype");
    const std::string class_name = keras_text(dtype, "class_name");
    const std::string name =
        dtype.is_string() ? dtype.get<std::string>() : keras_text(keras_member(dtype, "config"), "name");
    if (class_name.starts_with("Quantized") || name.find("_from_") != std::string::npos) {
      config.refuse("convoy has no quantised layers, got dtype " + shown(name.empty() ? class_name : name));
    }
    if (name.empty() || name == "float32") return;
    const std::string note = "the model computes in " + shown(name) + "; here in float32";
    if (std::ranges::find(model_.notes, note) == model_.notes.end()) model_.notes.push_back(note);
  }

  KerasOutput scale(const KerasCall& call, const KerasConfig& config, const KerasOutput& input) {
    const bool first = input.layer == Network::input_name;
    if (first && input.scaled != scale_steps()) fail("the input is scaled in two ways: convoy scales it once");
    KerasCallVariables variables{&call, {}};
    if (call.class_name == "Normalization" && !config.has("mean")) {
      for (const char* name : {"mean", "variance", "count"}) {
        variables.variables.push_back({name, call.name + "//" + name, false});
      }
    }
    if (config.flag("invert", false)) config.refuse("\"invert\": convoy does not scale back");
    variables_.push_back(std::move(variables));
    if (!first) return affine(call, config, input);
    scalers_.push_back({&call, config.title()});
    return {input.layer, input.rank, scale_steps()};
  }

  /// Behind other layers it is one that does not train.
  KerasOutput affine(const KerasCall& call, const KerasConfig& config, const KerasOutput& input) {
    LayerSpec& spec = model_.layers.emplace_back();
    spec.type = "affine";
    spec.name = free_name(call);
    spec.inputs = {input.layer};
    spec.trainable = false;
    affines_.push_back({&call, config.title(), spec.name});
    return {spec.name, input.rank, 0};
  }

  void take_weights() {
    const auto found = find_keras_weights(weights_, file_, variables_);
    KerasScaling scaling(model_.input.last());
    for (const KerasScaler& scaler : scalers_) add(scaler, found, scaling);
    model_.scaling = scaling.scaling();
    bool doubles = false;
    const Network network = checked_network();
    for (const KerasScaler& scaler : affines_) set_affine(scaler, found, network);
    for (const Node& node : network.nodes()) {
      for (const auto* places : {&node.parameters, &node.states}) {
        for (const TensorPlace& place : *places) {
          if (model_.tensors.contains(place.name)) continue;
          const auto array = found.find(place.name);
          if (array == found.end()) fail("has no weights for \"" + place.name + "\"");
          model_.tensors[place.name] = keras_values(*array->second, place.name, place.shape, file_);
          doubles = doubles || array->second->bytes_each == 8;
        }
      }
    }
    if (doubles) model_.notes.emplace_back("weights of float64 were rounded to float32");
  }

  void set_affine(const KerasScaler& scaler, const std::map<std::string, const Hdf5Array*>& found,
                  const Network& network) {
    const auto node = std::ranges::find(network.nodes(), scaler.layer, &Node::name);
    const int channels = node->declaration.output.last();
    KerasScaling numbers(channels);
    add(scaler, found, numbers);
    const Scaling scaling = numbers.scaling();
    const auto count = static_cast<std::size_t>(channels);
    const bool none = scaling.multiply.empty();
    model_.tensors[scaler.layer + "/gamma"] = none ? std::vector<float>(count, 1) : scaling.multiply;
    model_.tensors[scaler.layer + "/beta"] = none ? std::vector<float>(count, 0) : scaling.add;
  }

  void add(const KerasScaler& scaler, const std::map<std::string, const Hdf5Array*>& found,
           KerasScaling& scaling) const {
    const KerasConfig config(*scaler.call->config, scaler.title);
    if (scaler.call->class_name == "Rescaling") {
      const auto offset = config.numbers("offset");
      scaling.rescale(config, config.numbers("scale"), offset.empty() ? std::vector<double>{0} : offset);
      return;
    }
    const auto numbers = [&](const std::string& name) {
      const auto array = found.find(scaler.call->name + "//" + name);
      if (array == found.end()) return config.numbers(name);
      return std::vector<double>(array->second->values.begin(), array->second->values.end());
    };
    scaling.normalize(config, numbers("mean"), numbers("variance"));
  }

  /// The network by itself: with what is wrong in it said of the file, before there is memory for its weights.
  Network checked_network() const {
    try {
      return {model_.input, model_.layers};
    } catch (const Error& error) {
      fail(error.what());
    }
  }

  /// What compile() was told, where convoy has it.
  std::optional<Spec> loss() const {
    static const std::map<std::string, std::string> losses = {
        {"sparse_categorical_crossentropy", "softmax_cross_entropy"},
        {"SparseCategoricalCrossentropy", "softmax_cross_entropy"},
        {"categorical_crossentropy", "softmax_cross_entropy"},
        {"CategoricalCrossentropy", "softmax_cross_entropy"},
        {"binary_crossentropy", "binary_cross_entropy"},
        {"BinaryCrossentropy", "binary_cross_entropy"},
        {"mse", "mean_squared_error"},
        {"mean_squared_error", "mean_squared_error"},
        {"MeanSquaredError", "mean_squared_error"},
        {"mae", "mean_absolute_error"},
        {"mean_absolute_error", "mean_absolute_error"},
        {"MeanAbsoluteError", "mean_absolute_error"},
    };
    const json& told = keras_member(document_.training, "loss");
    const auto found = losses.find(told.is_string() ? told.get<std::string>() : keras_text(told, "class_name"));
    if (found == losses.end()) return {};
    return Spec{found->second, {}};
  }

  const KerasDocument& document_;
  const Hdf5Contents& weights_;
  std::string file_;
  KerasGraph graph_;
  ImportedModel model_ = {};
  std::set<std::string> names_ = {};
  std::vector<KerasOutput> outputs_ = {};  ///< of each call
  std::set<int> scaled_uses_ = {};         ///< how often the input was scaled where layers take it
  std::vector<KerasScaler> scalers_ = {};
  std::vector<KerasScaler> affines_ = {};
  std::vector<KerasCallVariables> variables_ = {};
};

std::vector<std::int64_t> without_ones(const std::vector<std::int64_t>& extents) {
  std::vector<std::int64_t> others;
  std::ranges::copy_if(extents, std::back_inserter(others), [](std::int64_t extent) { return extent != 1; });
  return others;
}

}  // namespace

ImportedModel import_keras(const KerasDocument& document, const Hdf5Contents& weights, const std::string& file) {
  return KerasImport(document, weights, file).take();
}

std::vector<float> keras_values(const Hdf5Array& array, const std::string& tensor, const Shape& shape,
                                const std::string& file) {
  std::vector<std::int64_t> expected;
  for (int axis = 0; axis < shape.rank(); ++axis) expected.push_back(shape[axis]);
  if (without_ones(array.shape) == without_ones(expected)) return array.values;
  std::string got;
  for (const std::int64_t extent : array.shape) got += (got.empty() ? "" : "x") + std::to_string(extent);
  throw Error(ErrorKind::data, shown(file) + ": \"" + tensor + "\": expected " + shape.text() + " numbers, got " +
                                   (got.empty() ? "one" : got));
}

}  // namespace convoy::formats
