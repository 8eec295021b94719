#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "convoy/settings.h"

namespace convoy {

/// A configuration in which every key has its value, given or default, and was checked.
struct Config {
  Settings run;                   ///< top level: name, seed, threads, input_shape ...
  Settings data;                  ///< [data]
  Settings augmentation;          ///< [augmentation]
  Settings train;                 ///< [train]
  Settings diagnostics;           ///< [diagnostics]
  Spec optimizer;                 ///< [optimizer], without its key `type`
  Spec schedule;                  ///< [schedule]
  Spec loss;                      ///< [loss]
  std::vector<LayerSpec> layers;  ///< [[layer]]
  std::string source;             ///< the text as given, for the run folder
  std::filesystem::path path;     ///< the file it was read from, if any
};

/// Reads a TOML file of at most 1 MB, follows `extends`, applies overrides and checks every key. `extends` names a
/// file, relative to this one, to start from: keys given here replace its keys one by one, [[layer]] tables given here
/// replace all of its layers, and a section that gets another type keeps only the keys that all types share. Overrides
/// are "train.epochs=3", "seed=7", "layer.conv2.filters=64" (layer names may be automatic: "conv2d_1", and
/// "layer.bn*.enabled=false" is for all that match) or a whole section, "optimizer={type = \"sgd\"}"; a value that is
/// not TOML is taken as a text. Relative data paths become absolute: from the folder of the file that sets them, in
/// overrides from the current folder. Throws Error{config} with file:line:column.
Config load_config(const std::filesystem::path& file, const std::vector<std::string>& overrides = {});

/// Does the same for a text; `name` stands for the file in messages, relative paths start from `folder`.
Config parse_config(const std::string& text, const std::string& name, const std::filesystem::path& folder,
                    const std::vector<std::string>& overrides = {});

/// The configuration with all defaults, as TOML that load_config reads back to an equal Config.
std::string resolved_toml(const Config& config);

/// Explains a key, a section or a type in words: "train.epochs", "conv2d.padding", "train" or "conv2d". For a key that
/// is its meaning, the values it takes and its default. Throws Error{config} with the nearest name for a key that does
/// not exist.
std::string explain_key(const std::string& key);

/// A JSON Schema (draft 2020-12) of the configuration, for editors.
std::string config_schema();

}  // namespace convoy
