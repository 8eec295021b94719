#include "config/override.h"
#include "convoy/config.h"
#include "core/name_text.h"
#include "core/value_text.h"

namespace convoy {
namespace {

std::string line(const std::string& key, const Value& value) { return key + " = " + toml_text(value) + "\n"; }

std::string lines(const Settings& settings) {
  std::string text;
  for (const auto& entry : settings.entries()) text += line(entry.name, entry.value);
  return text;
}

/// Paths may be any bytes, TOML is UTF-8.
std::string lines_with_paths(const Settings& settings) {
  Settings readable = settings;
  for (const auto& entry : settings.entries()) {
    const auto* path = std::get_if<std::string>(&entry.value);
    if (is_path(entry.name) && path != nullptr) readable.set(entry.name, name_text(*path));
  }
  return lines(readable);
}

std::string section_text(const std::string& name, const std::string& body) {
  return body.empty() ? "" : "\n[" + name + "]\n" + body;
}

/// A model built by a program may have no optimizer or loss.
std::string spec_text(const std::string& name, const Spec& spec) {
  return spec.type.empty() ? "" : section_text(name, line("type", spec.type) + lines(spec.settings));
}

std::string layer_text(const LayerSpec& layer) {
  std::string text = "\n[[layer]]\n" + line("type", layer.type);
  if (!layer.name.empty()) text += line("name", layer.name);
  if (!layer.inputs.empty()) text += line("inputs", layer.inputs);
  return text + line("trainable", layer.trainable) + lines(layer.settings);
}

}  // namespace

std::string resolved_toml(const Config& config) {
  std::string text = "# Every key of the experiment with its value, given or default.\n" + lines_with_paths(config.run);
  text += section_text("data", lines_with_paths(config.data));
  text += section_text("augmentation", lines(config.augmentation));
  text += section_text("train", lines(config.train));
  text += section_text("diagnostics", lines(config.diagnostics));
  text += spec_text("optimizer", config.optimizer);
  text += spec_text("schedule", config.schedule);
  text += spec_text("loss", config.loss);
  for (const auto& layer : config.layers) text += layer_text(layer);
  return text;
}

}  // namespace convoy
