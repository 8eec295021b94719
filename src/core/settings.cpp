#include "convoy/settings.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "convoy/error.h"
#include "core/text.h"
#include "core/value_text.h"

namespace convoy {
namespace {

/// Throws Error{config} with the place and the owner, if given, before the message.
[[noreturn]] void refuse(const std::string& where, const std::string& owner, const std::string& what) {
  std::string message = where.empty() ? "" : where + ": ";
  if (!owner.empty()) message += owner + ": ";
  throw Error(ErrorKind::config, message + what);
}

/// Whether a value is of the key's kind, whatever its bounds.
bool has_kind(const Value& value, const KeySchema& key) {
  const bool whole = std::holds_alternative<std::int64_t>(value);
  const auto* integers = std::get_if<Integers>(&value);
  switch (key.kind) {
    case Kind::flag: return std::holds_alternative<bool>(value);
    case Kind::integer: return whole;
    case Kind::number:
    case Kind::amount: return whole || std::holds_alternative<double>(value);
    case Kind::text:
    case Kind::choice: return std::holds_alternative<std::string>(value);
    case Kind::pair: return whole || (integers != nullptr && integers->size() == 2);
    case Kind::sides: {
      const bool sides = integers != nullptr && (integers->size() == 2 || integers->size() == 4);
      return whole || sides || (!key.choices.empty() && std::holds_alternative<std::string>(value));
    }
    case Kind::shape: return integers != nullptr && !integers->empty() && integers->size() <= 4;
    case Kind::names: return std::holds_alternative<Texts>(value);
  }
  return false;
}

/// The numbers of a value; none for a text, a flag and a list of texts.
std::vector<double> numbers_in(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return {*number};
  if (const auto* number = std::get_if<std::int64_t>(&value)) return {static_cast<double>(*number)};
  if (const auto* list = std::get_if<Integers>(&value)) return {list->begin(), list->end()};
  return {};
}

/// What the number should have been, or "" if it fits the key.
std::string expected_number(double number, const KeySchema& key) {
  constexpr int largest = std::numeric_limits<int>::max();
  if (!std::isfinite(number)) return "a finite number";
  if (number < key.min || number > key.max) return range_text(key);
  if (!key.values.empty() && std::ranges::find(key.values, number) == key.values.end()) return kind_text(key);
  if (key.kind == Kind::number || std::abs(number) <= largest) return "";
  return (number < 0 ? "at least -" : "at most ") + std::to_string(largest);
}

/// What a choice `name` with a number in brackets should have been, or "" if it fits the key.
std::string expected_numbered(const std::string& text, const std::string& name, const KeySchema& key) {
  const auto row = std::ranges::find(key.numbered, name, &Numbered::choice);
  if (row == key.numbered.end()) return "\"" + name + "\" without a number";
  const auto parsed = parse_numbered(text);
  if (parsed && *parsed->number >= row->min) return "";
  const std::string range = range_text({.name = name, .kind = Kind::number, .doc = "", .min = row->min});
  return "a number" + (range.empty() ? "" : " of " + range) + " in the brackets of " + name;
}

/// Throws Error{config} unless the entry's value fits the key.
void check_entry(const Settings::Entry& entry, const KeySchema& key, const std::string& owner) {
  const auto reject = [&](const std::string& expected, const std::string& hint) {
    refuse(entry.where, owner,
           "\"" + key.name + "\" expects " + expected + ", got " + brief(toml_text(entry.value)) + hint);
  };
  if (!has_kind(entry.value, key)) reject(kind_text(key), "");
  const auto* share = std::get_if<double>(&entry.value);
  if (key.kind == Kind::amount && share != nullptr && *share >= 1) reject(kind_text(key), "");
  for (const double number : numbers_in(entry.value)) {
    const std::string range = expected_number(number, key);
    if (!range.empty()) reject(range, "");
  }
  const auto* given = std::get_if<std::string>(&entry.value);
  if (given == nullptr || (key.kind != Kind::choice && key.kind != Kind::sides)) return;
  const std::string& text = *given;
  const std::string name = text.substr(0, text.find('('));
  if (std::ranges::find(key.choices, name) == key.choices.end()) {
    reject(kind_text(key), did_you_mean(name, key.choices));
  } else if (name != text) {
    const std::string expected = expected_numbered(text, name, key);
    if (!expected.empty()) reject(expected, "");
  }
}

/// The key's default: its own, or that which the value of another key chooses; nothing if there is none.
std::optional<Value> fallback_of(const KeySchema& key, const std::vector<KeySchema>& keys, const Settings& given) {
  const FallbackBy& by = key.fallback_by;
  if (by.key.empty()) return key.fallback;
  const auto chooser = std::ranges::find(keys, by.key, &KeySchema::name);
  const bool has_default = chooser != keys.end() && chooser->fallback;
  const std::string choice = given.text_or(by.key, has_default ? std::get<std::string>(*chooser->fallback) : "");
  const auto row = std::ranges::find(by.values, choice, &std::pair<std::string, Value>::first);
  return row == by.values.end() ? std::nullopt : std::optional(row->second);
}

/// The value, for Kind::number as a double also where it is whole, so that equal values compare equal.
Value normalised(const Value& value, const KeySchema& key) {
  const auto* whole = std::get_if<std::int64_t>(&value);
  return key.kind == Kind::number && whole != nullptr ? Value{static_cast<double>(*whole)} : value;
}

/// The value as a T. Throws Error{config} where it has another type.
template <class T>
const T& typed(const Value& value, const std::string& name) {
  if (const T* result = std::get_if<T>(&value)) return *result;
  refuse("", "", "setting \"" + name + "\" has another type: " + brief(toml_text(value)));
}

/// The number as an int. Throws Error{config} where it is too large.
int to_int(std::int64_t number, const std::string& name) {
  if (!std::in_range<int>(number)) {
    refuse("", "", "setting \"" + name + "\" is too large: " + std::to_string(number));
  }
  return static_cast<int>(number);
}

}  // namespace

void Settings::set(const std::string& name, Value value, const std::string& where) {
  for (auto& entry : entries_) {
    if (entry.name != name) continue;
    entry.value = std::move(value);
    entry.where = where;
    return;
  }
  entries_.push_back({name, std::move(value), where});
}

void Settings::erase(const std::string& name) {
  std::erase_if(entries_, [&](const Entry& entry) { return entry.name == name; });
}

std::string Settings::where(const std::string& name) const {
  const Entry* entry = find(name);
  return entry == nullptr ? "" : entry->where;
}

std::string Settings::text_or(const std::string& name, const std::string& otherwise) const {
  const Entry* entry = find(name);
  const auto* text = entry == nullptr ? nullptr : std::get_if<std::string>(&entry->value);
  return text == nullptr ? otherwise : *text;
}

bool Settings::flag(const std::string& name) const { return typed<bool>(at(name), name); }

int Settings::integer(const std::string& name) const { return to_int(typed<std::int64_t>(at(name), name), name); }

double Settings::number(const std::string& name) const {
  const Value& value = at(name);
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  return typed<double>(value, name);
}

int Settings::amount(const std::string& name, int whole) const {
  const auto* share = std::get_if<double>(&at(name));
  return share == nullptr ? integer(name) : static_cast<int>(std::lround(*share * whole));
}

const std::string& Settings::text(const std::string& name) const { return typed<std::string>(at(name), name); }

std::pair<int, int> Settings::pair(const std::string& name) const {
  const Value& value = at(name);
  if (const auto* both = std::get_if<std::int64_t>(&value)) return {to_int(*both, name), to_int(*both, name)};
  const auto& two = typed<Integers>(value, name);
  if (two.size() != 2) refuse("", "", "setting \"" + name + "\" needs two numbers: " + brief(toml_text(value)));
  return {to_int(two[0], name), to_int(two[1], name)};
}

Sides Settings::sides(const std::string& name) const {
  const Value& value = at(name);
  if (std::holds_alternative<std::int64_t>(value)) return to_int(std::get<std::int64_t>(value), name);
  std::vector<int> numbers;
  for (const std::int64_t number : typed<Integers>(value, name)) numbers.push_back(to_int(number, name));
  if (numbers.size() == 2) return {numbers[0], numbers[1]};
  if (numbers.size() == 4) return {numbers[0], numbers[1], numbers[2], numbers[3]};
  refuse("", "", "setting \"" + name + "\" needs two numbers or four: " + brief(toml_text(value)));
}

const Integers& Settings::integers(const std::string& name) const { return typed<Integers>(at(name), name); }

const Texts& Settings::texts(const std::string& name) const { return typed<Texts>(at(name), name); }

void Settings::complete(const std::vector<KeySchema>& keys, const std::string& owner) {
  Texts names;
  for (const auto& key : keys) names.push_back(key.name);
  for (const auto& entry : entries_) {
    if (std::find(names.begin(), names.end(), entry.name) != names.end()) continue;
    refuse(entry.where, owner, "unknown key \"" + brief(entry.name) + "\"" + did_you_mean(entry.name, names));
  }
  std::vector<Entry> completed;
  for (const auto& key : keys) {
    if (const Entry* entry = find(key.name)) {
      check_entry(*entry, key, owner);
      completed.push_back({key.name, normalised(entry->value, key), entry->where});
    } else if (const auto fallback = fallback_of(key, keys, *this)) {
      completed.push_back({key.name, normalised(*fallback, key), ""});
    } else if (key.required) {
      refuse("", owner, "missing key \"" + key.name + "\": " + kind_text(key));
    }
  }
  entries_ = std::move(completed);
}

bool Settings::operator==(const Settings& other) const {
  if (entries_.size() != other.entries_.size()) return false;
  return std::all_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    const Entry* twin = other.find(entry.name);
    return twin != nullptr && twin->value == entry.value;
  });
}

const Settings::Entry* Settings::find(const std::string& name) const {
  for (const auto& entry : entries_) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

const Value& Settings::at(const std::string& name) const {
  if (const Entry* entry = find(name)) return entry->value;
  refuse("", "", "setting \"" + name + "\" is missing");
}

}  // namespace convoy
