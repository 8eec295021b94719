#include "formats/keras_config.h"

#include <limits>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "io/json_guard.h"

namespace convoy::formats {
namespace {

using nlohmann::json;

constexpr std::size_t deepest_config = 64;  ///< levels: a model in a model has six more

/// Whether a value is a whole number that an int holds.
bool is_int(const json& value) {
  if (!value.is_number_integer()) return false;
  if (value.is_number_unsigned()) {
    return value.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<int>::max());
  }
  const auto number = value.get<std::int64_t>();
  return number >= std::numeric_limits<int>::min() && number <= std::numeric_limits<int>::max();
}

/// Appends the numbers of a value to `numbers`; false where something else is among them.
bool add_numbers(const json& value, std::vector<double>& numbers) {
  if (value.is_number()) {
    numbers.push_back(value.get<double>());
    return true;
  }
  if (!value.is_array()) return false;
  for (const json& inner : value) {
    if (!add_numbers(inner, numbers)) return false;
  }
  return true;
}

}  // namespace

KerasConfig::KerasConfig(const json& values, std::string title) : values_(values), title_(std::move(title)) {
  if (!values.is_object()) throw Error(ErrorKind::data, title_ + ": expected an object as its config");
}

const json& KerasConfig::at(const std::string& key) const { return keras_member(values_, key); }

void KerasConfig::wrong(const std::string& key, const std::string& expected) const {
  throw Error(ErrorKind::data,
              title_ + ": \"" + key + "\": expected " + expected + ", got " + shortened(json_text(at(key)), 60));
}

void KerasConfig::refuse(const std::string& what) const { throw Error(ErrorKind::data, title_ + ": " + what); }

bool KerasConfig::flag(const std::string& key, bool fallback) const {
  const json& value = at(key);
  if (value.is_null()) return fallback;
  if (!value.is_boolean()) wrong(key, "true or false");
  return value.get<bool>();
}

double KerasConfig::number(const std::string& key, double fallback) const {
  const json& value = at(key);
  if (value.is_null()) return fallback;
  if (!value.is_number()) wrong(key, "a number");
  return value.get<double>();
}

int KerasConfig::whole(const std::string& key, int fallback) const {
  const json& value = at(key);
  if (value.is_null()) return fallback;
  if (!is_int(value)) wrong(key, "a whole number");
  return value.get<int>();
}

std::string KerasConfig::text(const std::string& key, const std::string& fallback) const {
  const json& value = at(key);
  if (value.is_null()) return fallback;
  if (!value.is_string()) wrong(key, "a text");
  return value.get<std::string>();
}

std::vector<int> KerasConfig::wholes(const std::string& key) const {
  const json& value = at(key);
  if (value.is_null()) return {};
  if (is_int(value)) return {value.get<int>()};
  if (!value.is_array()) wrong(key, "whole numbers");
  std::vector<int> numbers;
  for (const json& one : value) {
    if (!is_int(one)) wrong(key, "whole numbers");
    numbers.push_back(one.get<int>());
  }
  return numbers;
}

std::pair<int, int> KerasConfig::pair(const std::string& key, std::pair<int, int> fallback) const {
  if (!has(key)) return fallback;
  const std::vector<int> numbers = wholes(key);
  if (numbers.empty() || numbers.size() > 2) wrong(key, "one or two whole numbers");
  return {numbers.front(), numbers.back()};
}

std::vector<double> KerasConfig::numbers(const std::string& key) const {
  std::vector<double> numbers;
  const json* value = &at(key);
  if (value->is_null()) return numbers;
  if (value->is_object()) value = &keras_member(keras_member(*value, "config"), "value");  // an array of NumPy
  if (!add_numbers(*value, numbers)) wrong(key, "numbers");
  return numbers;
}

json parse_keras_json(const std::string& text, const std::string& title) {
  try {
    guard_json(text, deepest_config);
    return json::parse(text);
  } catch (const std::exception& error) {
    throw Error(ErrorKind::data, title + ": damaged: " + error.what());
  }
}

const json& keras_member(const json& object, const std::string& key) {
  static const json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

std::string keras_text(const json& object, const std::string& key) {
  const json& value = keras_member(object, key);
  return value.is_string() ? value.get<std::string>() : "";
}

}  // namespace convoy::formats
