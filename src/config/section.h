#pragma once

#include <string>
#include <vector>

#include "convoy/settings.h"

namespace convoy {

/// A section of the configuration file. It takes `keys` and, where there are types, the keys of the type that its type
/// key names.
struct Section {
  std::string name;  ///< "" for the top level, "data", "train", ..., "layer" for [[layer]]
  std::string doc;
  std::vector<KeySchema> keys;  ///< common to all types; the type key comes first
  std::string type_key = {};    ///< "type", or "dataset" in [data]; "" when the section has no types
  std::string default_type = {};
  std::vector<TypeSchema> types = {};
  /// Whether the section says what to do with the experiment, not what it is: Config leaves it out, and the part of
  /// convoy that uses it reads it as written (Document::apart), with keys beyond those listed here.
  bool apart = false;
};

/// The section of that name. Throws Error{config} where there is none.
const Section& find_section(const std::vector<Section>& sections, const std::string& name);

/// The section's type of that name; null where there is none.
const TypeSchema* find_type(const Section& section, const std::string& name);

/// The key of that name; null where there is none.
const KeySchema* find_key(const std::vector<KeySchema>& keys, const std::string& name);

/// All keys that the section takes with a type, or without one if null: the type key, the type's keys, the common keys.
std::vector<KeySchema> keys_with(const Section& section, const TypeSchema* type);

Texts names_of(const std::vector<KeySchema>& keys);
Texts names_of(const std::vector<TypeSchema>& types);
Texts names_of(const std::vector<Section>& sections);

/// The section's name as messages and pages write it: "[train]", "[[layer]]", "the top of the file".
std::string heading(const Section& section);

}  // namespace convoy
