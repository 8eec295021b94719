#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "convoy/settings.h"

namespace convoy::test {

/// What Keras and PyTorch make of the same numbers: tests/optim/peers.json, made by the script beside it.
inline const nlohmann::json& peers() {
  static const nlohmann::json all = nlohmann::json::parse(std::ifstream("tests/optim/peers.json"));
  return all;
}

inline Value peer_value(const nlohmann::json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number()) return value.get<double>();
  if (value.is_array()) return value.get<Integers>();
  return value.get<std::string>();
}

/// The component of a case, with every key.
template <class Rows>
Spec peer_spec(const nlohmann::json& row, const Rows& types, const std::vector<KeySchema>& shared) {
  Spec spec{row.at("type"), {}};
  for (const auto& [key, value] : row.at("keys").items()) spec.settings.set(key, peer_value(value));
  for (const auto& type : types) {
    if (type.schema.name != spec.type) continue;
    std::vector<KeySchema> keys = type.schema.keys;
    keys.insert(keys.end(), shared.begin(), shared.end());
    spec.settings.complete(keys, spec.type);
  }
  return spec;
}

}  // namespace convoy::test
