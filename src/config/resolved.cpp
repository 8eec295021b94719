#include "config/override.h"
#include "convoy/config.h"
#include "core/name_text.h"
#include "core/value_text.h"

namespace convoy {
namespace {

std::string toml_line(const std::string& key, const Value& value) { return key + " = " + toml_text(value) + "\n"; }

std::string toml_lines(const Settings& settings) {
  std::string text;
  for (const auto& entry : settings.entries()) text += toml_line(entry.name, entry.value);
  return text;
}

/// Lines as toml_lines, with paths written by name_text(), since they may be any bytes and TOML is UTF-8.
std::string toml_lines_with_paths(const Settings& settings) {
  Settings readable = settings;
  for (const auto& entry : settings.entries()) {
    const auto* path = std::get_if<std::string>(&entry.value);
    if (is_path(entry.name) && path != nullptr) readable.set(entry.name, name_text(*path));
  }
  return toml_lines(readable);
}

/// A section with its heading; "" where the body is "".
std::string section_text(const std::string& name, const std::string& body) {
  return body.empty() ? "" : "\n[" + name + "]\n" + body;
}

/// A section with its type; "" without a type, as in a model that a program has not compiled.
std::string spec_text(const std::string& name, const Spec& spec) {
  return spec.type.empty() ? "" : section_text(name, toml_line("type", spec.type) + toml_lines(spec.settings));
}

/// A [[layer]] table, without a name or inputs where the layer has none.
std::string layer_text(const LayerSpec& layer) {
  std::string text = "\n[[layer]]\n" + toml_line("type", layer.type);
  if (!layer.name.empty()) text += toml_line("name", layer.name);
  if (!layer.inputs.empty()) text += toml_line("inputs", layer.inputs);
  return text + toml_line("trainable", layer.trainable) + toml_lines(layer.settings);
}

}  // namespace

std::string resolved_toml(const Config& config) {
  std::string text =
      "# Every key of the experiment with its value, given or default.\n" + toml_lines_with_paths(config.run);
  text += section_text("data", toml_lines_with_paths(config.data));
  text += section_text("augmentation", toml_lines(config.augmentation));
  text += section_text("train", toml_lines(config.train));
  text += section_text("diagnostics", toml_lines(config.diagnostics));
  text += spec_text("optimizer", config.optimizer);
  text += spec_text("schedule", config.schedule);
  text += spec_text("loss", config.loss);
  for (const auto& layer : config.layers) text += layer_text(layer);
  return text;
}

}  // namespace convoy
