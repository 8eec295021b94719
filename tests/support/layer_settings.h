#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "layers/registry.h"

namespace convoy::test {

using Given = std::vector<std::pair<std::string, Value>>;

inline Value text(const char* value) { return std::string(value); }
inline Value whole(std::int64_t value) { return value; }

/// What is given, completed as a configuration's layer of that type would be.
inline Settings settings_of(const std::string& type, const Given& given) {
  Settings settings;
  for (const auto& [name, value] : given) settings.set(name, value);
  settings.complete(layer_type(type).schema.keys, type);
  return settings;
}

/// The same as the options of that layer.
template <class Layer>
auto options_of(const Given& given) {
  const auto& described = Layer::described();
  return described.read(settings_of(described.name, given));
}

}  // namespace convoy::test
