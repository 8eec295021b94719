#include "formats/keras.h"

#include <array>
#include <fstream>
#include <set>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "core/fail.h"
#include "formats/keras_archive.h"
#include "formats/keras_export.h"
#include "formats/keras_import.h"
#include "formats/keras_weights.h"

namespace convoy::formats {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::array<char, 8> first_bytes(const fs::path& file) {
  std::array<char, 8> bytes{};
  std::ifstream(file, std::ios::binary).read(bytes.data(), bytes.size());
  return bytes;
}

bool is_hdf5(const fs::path& file) {
  const auto bytes = first_bytes(file);
  return begins_as_hdf5(std::as_bytes(std::span(bytes)));
}

bool is_keras(const fs::path& file) { return is_hdf5(file) || (first_bytes(file)[0] == 'P' && is_keras_archive(file)); }

/// "2.15.0": 2. Files without a version are of 1 or 2.
int major_version(const std::string& version) { return version.empty() ? 2 : version[0] - '0'; }

KerasDocument document_of(const KerasArchive& archive, const fs::path& file) {
  const json metadata = parse_keras_json(archive.metadata, shown(file.string()) + ": metadata.json");
  KerasDocument document{.model = parse_keras_json(archive.config, shown(file.string()) + ": config.json"),
                         .training = nullptr,
                         .version = major_version(keras_text(metadata, "keras_version"))};
  document.training = keras_member(document.model, "compile_config");
  for (const json& name : keras_member(metadata, "class_names")) {
    if (name.is_string()) document.class_names.push_back(name.get<std::string>());
  }
  return document;
}

ImportedModel read_legacy(const fs::path& file) {
  const Hdf5Contents contents = read_hdf5(file);
  const std::string model = contents.text("@model_config");
  if (model.empty()) {
    if (contents.arrays.empty()) fail(file, "has neither a network nor weights of Keras");
    throw Error(ErrorKind::config,
                shown(file.string()) + ": has weights only; say the network's configuration by --into CONFIG");
  }
  const std::string training = contents.text("@training_config");
  const KerasDocument document{
      .model = parse_keras_json(model, shown(file.string()) + ": model_config"),
      .training = training.empty() ? json() : parse_keras_json(training, shown(file.string()) + ": training_config"),
      .version = major_version(contents.text("@keras_version"))};
  return import_keras(document, contents, file.string());
}

ImportedModel read_keras(const fs::path& file) {
  if (is_hdf5(file)) return read_legacy(file);
  const KerasArchive archive = read_keras_archive(file);
  const KerasDocument document = document_of(archive, file);
  return import_keras(document, read_hdf5(file.string() + ": model.weights.h5", archive.weights), file.string());
}

/// Gives the calls that have weights the names of the file's layers that have some, in their order.
void name_as_in_file(KerasPlan& plan, const Hdf5Contents& contents, const fs::path& file, const std::string& root) {
  const std::string group = root.empty() ? "" : root.substr(0, root.size() - 1);
  std::vector<std::string> names;
  for (const std::string& name : contents.all_texts(group + "@layer_names")) {
    if (!contents.all_texts(root + name + "@weight_names").empty()) names.push_back(name);
  }
  std::size_t next = 0;
  for (std::size_t i = 0; i < plan.calls.size(); ++i) {
    if (plan.variables[i].variables.empty()) continue;
    if (next < names.size()) plan.calls[i].top = names[next];
    ++next;
  }
  if (next != names.size()) {
    fail(file, "has weights of " + std::to_string(names.size()) + " layers, the configuration " + std::to_string(next));
  }
}

/// Refuses a file of Keras 3 that has other layers with weights than the network.
void require_all_used(const Hdf5Contents& contents, const KerasPlan& plan, const fs::path& file) {
  std::set<std::string> stores;
  for (const KerasCall& call : plan.calls) stores.insert(call.store + "/vars");
  for (const auto& [path, array] : contents.arrays) {
    const bool of_layer = path.starts_with("layers/") && array.floats;
    if (of_layer && !stores.contains(path.substr(0, path.rfind('/')))) {
      fail(file, "has weights at " + path + ", which the configuration's network has not");
    }
  }
}

ImportedWeights read_keras_weights(const fs::path& file, const Network& into) {
  const Hdf5Contents contents = is_hdf5(file)
                                    ? read_hdf5(file)
                                    : read_hdf5(file.string() + ": model.weights.h5", read_keras_archive(file).weights);
  KerasPlan plan = keras_plan(into);
  const char* root = legacy_weights_root(contents);
  if (root != nullptr) {
    name_as_in_file(plan, contents, file, root);
  } else {
    require_all_used(contents, plan, file);
  }
  const auto found = find_keras_weights(contents, file.string(), plan.variables);
  ImportedWeights weights;
  for (const Node& node : into.nodes()) {
    for (const auto* places : {&node.parameters, &node.states}) {
      for (const TensorPlace& place : *places) {
        const Hdf5Array& array = *found.at(place.name);
        weights.tensors[place.name] = keras_values(array, place.name, place.shape, file.string());
        weights.matches.push_back({contents.path_of(array), place.name, place.shape});
      }
    }
  }
  return weights;
}

}  // namespace

Format keras_format() {
  return {.name = "keras",
          .ending = ".keras",
          .recognises = is_keras,
          .read = read_keras,
          .read_weights = read_keras_weights,
          .write = write_keras};
}

}  // namespace convoy::formats
