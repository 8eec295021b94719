#pragma once

#include <string>
#include <vector>

#include "config/load.h"
#include "config/section.h"
#include "convoy/error.h"

/// A small catalog, so that these tests do not depend on which layers and optimizers exist.
inline const std::vector<convoy::Section>& sample_catalog() {
  using namespace convoy;
  const auto whole = [](const std::string& name, std::int64_t fallback, double min) {
    return KeySchema{.name = name, .kind = Kind::integer, .fallback = fallback, .doc = "A count.", .min = min};
  };
  const auto number = [](const std::string& name, double fallback) {
    return KeySchema{.name = name, .kind = Kind::number, .fallback = fallback, .doc = "A factor.", .min = 0};
  };
  const auto text = [](const std::string& name) {
    return KeySchema{.name = name, .kind = Kind::text, .fallback = {}, .doc = "A text."};
  };
  const auto type = [](const std::string& name, const Texts& choices, const std::string& fallback) {
    KeySchema key{.name = name, .kind = Kind::choice, .fallback = {}, .doc = "Which one.", .choices = choices};
    key.required = fallback.empty();
    if (!key.required) key.fallback = fallback;
    return key;
  };
  const KeySchema path{
      .name = "path", .kind = Kind::text, .fallback = Value{std::string("samples")}, .doc = "A folder."};
  const KeySchema filters{
      .name = "filters", .kind = Kind::integer, .fallback = {}, .doc = "Channels.", .min = 1, .required = true};
  const KeySchema kernel{
      .name = "kernel", .kind = Kind::pair, .fallback = Value{std::int64_t{3}}, .doc = "Window.", .min = 1};
  const KeySchema padding = type("padding", {"valid", "same"}, "valid");
  const KeySchema inputs{.name = "inputs", .kind = Kind::names, .fallback = Value{Texts{}}, .doc = "Layers."};
  const KeySchema trainable{.name = "trainable", .kind = Kind::flag, .fallback = Value{true}, .doc = "Whether."};
  const KeySchema enabled{
      .name = "enabled", .kind = Kind::flag, .fallback = Value{true}, .doc = "Whether it is there."};
  const KeySchema shape{.name = "input_shape", .kind = Kind::shape, .fallback = {}, .doc = "Extents.", .min = 1};
  static const std::vector<Section> sections = {
      {"", "Top.", {text("name"), text("extends"), whole("seed", 42, 0), shape}},
      {"data",
       "Samples.",
       {type("dataset", {"idx", "folder"}, "idx"), path, whole("limit", 0, 0)},
       "dataset",
       "idx",
       {{"idx", "Files.", {}}, {"folder", "Images.", {whole("size", 28, 1)}}}},
      {"augmentation", "Changes.", {number("shift", 0)}},
      {"train",
       "Training.",
       {whole("epochs", 10, 1), number("kernel_regularizer.l1", 0), number("kernel_regularizer.l2", 0)}},
      {"diagnostics", "Looks.", {whole("every", 0, 0)}},
      {"optimizer",
       "Steps.",
       {type("type", {"adam", "sgd"}, "adam"), number("clip_norm", 0)},
       "type",
       "adam",
       {{"adam", "Moments.", {number("learning_rate", 1e-3), number("beta_1", 0.9)}},
        {"sgd", "Plain.", {number("learning_rate", 1e-2), number("momentum", 0)}}}},
      {"schedule", "Rates.", {type("type", {"constant"}, "constant")}, "type", "constant", {{"constant", "Same.", {}}}},
      {"loss", "Aim.", {type("type", {"mse"}, "mse")}, "type", "mse", {{"mse", "Squares.", {}}}},
      {"layer",
       "Layers.",
       {type("type", {"conv2d", "flatten", "concat"}, ""), text("name"), inputs, trainable, enabled},
       "type",
       "",
       {{"conv2d", "Windows.", {filters, kernel, padding, number("kernel_regularizer.l2", 0)}},
        {"flatten", "A vector.", {}},
        {"concat", "Joins.", {}}}},
  };
  return sections;
}

/// The text as the file a.toml of the folder /models, after overrides.
inline convoy::Config sample_config(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return convoy::build_config({text, "a.toml", "/models"}, overrides, {}, sample_catalog());
}

/// What reading the text throws, or "no error".
inline std::string sample_error(const std::string& text, const std::vector<std::string>& overrides = {}) {
  try {
    sample_config(text, overrides);
  } catch (const convoy::Error& error) {
    return error.kind() == convoy::ErrorKind::config ? error.what() : "not an error of kind config";
  }
  return "no error";
}

inline const std::string one_layer = "\n[[layer]]\ntype = \"flatten\"\n";

inline bool equal(const convoy::Spec& a, const convoy::Spec& b) { return a.type == b.type && a.settings == b.settings; }

inline bool equal(const convoy::LayerSpec& a, const convoy::LayerSpec& b) {
  return a.type == b.type && a.name == b.name && a.inputs == b.inputs && a.trainable == b.trainable &&
         a.settings == b.settings;
}

/// Whether both describe the same experiment, wherever they were read.
inline bool equal(const convoy::Config& a, const convoy::Config& b) {
  if (a.layers.size() != b.layers.size()) return false;
  for (std::size_t i = 0; i < a.layers.size(); ++i) {
    if (!equal(a.layers[i], b.layers[i])) return false;
  }
  return a.run == b.run && a.data == b.data && a.augmentation == b.augmentation && a.train == b.train &&
         a.diagnostics == b.diagnostics && equal(a.optimizer, b.optimizer) && equal(a.schedule, b.schedule) &&
         equal(a.loss, b.loss);
}
