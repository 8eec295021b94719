#pragma once

#include <string>
#include <vector>

#include "convoy/settings.h"

namespace convoy {

/// One section of the configuration file. Its keys are `keys` and, where there are types, those of the type that its
/// key `type` names.
struct Section {
  std::string name;  ///< "" for the top level, "data", "train", ..., "layer" for [[layer]]
  std::string doc;
  std::vector<KeySchema> keys;  ///< common to all types; the type key itself comes first
  std::string type_key = {};    ///< "type", or "dataset" in [data]; "" when the section has no types
  std::string default_type = {};
  std::vector<TypeSchema> types = {};
  /// Says what to do with the experiment, not what it is: Config leaves it out, and the part of convoy that it is for
  /// reads it as written (Document::apart), with keys beyond those listed here.
  bool apart = false;
};

/// The section of that name, which must exist.
const Section& find_section(const std::vector<Section>& sections, const std::string& name);

/// Null where the section has no such type.
const TypeSchema* find_type(const Section& section, const std::string& name);

const KeySchema* find_key(const std::vector<KeySchema>& keys, const std::string& name);

/// All keys that the section takes with that type (null: without one): the type key, the type's own, the common ones.
std::vector<KeySchema> keys_with(const Section& section, const TypeSchema* type);

Texts names_of(const std::vector<KeySchema>& keys);
Texts names_of(const std::vector<TypeSchema>& types);
Texts names_of(const std::vector<Section>& sections);

/// How messages and pages write a section: "[train]", "[[layer]]", "the top of the file".
std::string heading(const Section& section);

}  // namespace convoy
