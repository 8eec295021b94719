#include "config/differences.h"

#include <algorithm>

#include "core/value_text.h"

namespace convoy {
namespace {

using Keys = std::map<std::string, std::string>;

/// Adds each setting with its value as TOML; `section` is the beginning of the keys: "train.".
void add_values(Keys& keys, const std::string& section, const Settings& settings) {
  for (const auto& entry : settings.entries()) keys[section + entry.name] = toml_text(entry.value);
}

void add_values(Keys& keys, const std::string& section, const Spec& spec) {
  keys[section + "type"] = spec.type;
  add_values(keys, section, spec.settings);
}

/// Adds a layer's number, type, inputs, trainable and settings, under "layer." and its name, or its number without one.
void add_values(Keys& keys, const LayerSpec& layer, std::size_t number) {
  const std::string section = "layer." + (layer.name.empty() ? std::to_string(number) : layer.name) + ".";
  keys[section + "number"] = std::to_string(number);
  keys[section + "type"] = layer.type;
  keys[section + "inputs"] = toml_text(layer.inputs);
  keys[section + "trainable"] = toml_text(layer.trainable);
  add_values(keys, section, layer.settings);
}

/// The key's value, or "not there".
std::string value_in(const Keys& keys, const std::string& key) {
  const auto found = keys.find(key);
  return found == keys.end() ? "not there" : found->second;
}

}  // namespace

Keys keys_of(const Config& config) {
  Keys keys;
  add_values(keys, "", config.run);
  add_values(keys, "data.", config.data);
  add_values(keys, "augmentation.", config.augmentation);
  add_values(keys, "train.", config.train);
  add_values(keys, "optimizer.", config.optimizer);
  add_values(keys, "schedule.", config.schedule);
  add_values(keys, "loss.", config.loss);
  for (std::size_t i = 0; i < config.layers.size(); ++i) add_values(keys, config.layers[i], i + 1);
  return keys;
}

std::vector<std::string> differences(const Config& before, const Config& now,
                                     const std::vector<std::string>& harmless) {
  const Keys old_keys = keys_of(before);
  const Keys new_keys = keys_of(now);
  Keys all = old_keys;
  all.insert(new_keys.begin(), new_keys.end());
  std::vector<std::string> found;
  for (const auto& [key, _] : all) {
    const std::string was = value_in(old_keys, key);
    const std::string is = value_in(new_keys, key);
    if (was != is && std::ranges::find(harmless, key) == harmless.end()) {
      found.push_back(key + ": " + was + ", now " + is);
    }
  }
  return found;
}

std::string first_of(const std::vector<std::string>& differences) {
  constexpr std::size_t most = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, differences.size()); ++i) text += (i == 0 ? "" : "; ") + differences[i];
  return differences.size() <= most ? text : text + "; and " + std::to_string(differences.size() - most) + " more";
}

}  // namespace convoy
