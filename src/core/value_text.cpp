#include "core/value_text.h"

#include <algorithm>

#include "convoy/foreign_text.h"
#include "convoy/number_text.h"
#include "core/text.h"
#include "core/utf8.h"

namespace convoy {
namespace {

/// The character as an escape in a TOML string.
std::string toml_escape(char32_t code) {
  switch (code) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\t': return "\\t";
    default: break;
  }
  return code < 0x10000 ? "\\u" + hex(code, 4) : "\\U" + hex(code, 8);
}

/// The text as a TOML string in quotes.
std::string toml_string(const std::string& text) {
  std::string result = "\"";
  for_each_character(text, [&](const Character& character, std::string_view bytes) {
    const bool special = character.code == '"' || character.code == '\\' || is_hidden(character.code);
    result += character.valid && special ? toml_escape(character.code) : std::string(bytes);
  });
  return result + "\"";
}

/// Writes each type of Value as TOML.
struct TomlWriter {
  std::string operator()(bool flag) const { return flag ? "true" : "false"; }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(double number) const { return shortest(number); }
  std::string operator()(const std::string& text) const { return toml_string(text); }
  template <class T>
  std::string operator()(const std::vector<T>& list) const {
    std::string text = "[";
    for (const auto& item : list) text += (text.size() > 1 ? ", " : "") + (*this)(item);
    return text + "]";
  }
};

/// The numbers as "1, 2 or 3".
std::string numbers_or(const Integers& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0) text += i + 1 < numbers.size() ? ", " : " or ";
    text += std::to_string(numbers[i]);
  }
  return text;
}

/// "valid, same, a whole number, two (height, width) or four of them (top, bottom, left, right)"
std::string sides_text(const Texts& choices) {
  std::string text;
  for (const std::string& choice : choices) text += choice + ", ";
  return text + "a whole number, two (height, width) or four of them (top, bottom, left, right)";
}

/// The key's choices, each that takes a number as "constant[(number)]".
Texts choices_of(const KeySchema& key) {
  Texts choices = key.choices;
  for (std::string& choice : choices) {
    if (std::ranges::find(key.numbered, choice, &Numbered::choice) != key.numbered.end()) choice += "[(number)]";
  }
  return choices;
}

}  // namespace

std::string toml_text(const Value& value) { return std::visit(TomlWriter{}, value); }

std::string brief(const std::string& text, std::size_t limit) { return shortened(shown(text), limit); }

std::string in_quotes(const std::string& text) { return "\"" + brief(text) + "\""; }

std::string kind_text(const KeySchema& key) {
  switch (key.kind) {
    case Kind::flag: return "true or false";
    case Kind::integer: return key.values.empty() ? "a whole number" : numbers_or(key.values);
    case Kind::number: return "a number";
    case Kind::amount: return "a whole number, or a share below 1";
    case Kind::text: return "a text";
    case Kind::choice: return join_or(choices_of(key));
    case Kind::pair: return "a whole number or two of them";
    case Kind::sides: return sides_text(key.choices);
    case Kind::shape: return "a list of one to four whole numbers";
    case Kind::names: return "a list of texts";
  }
  return "";
}

std::string range_text(const KeySchema& key) {
  const auto number = [&](double x) {
    return key.kind == Kind::number ? shortest(x) : std::to_string(static_cast<std::int64_t>(x));
  };
  // Bounds that only keep a float positive and finite are said as what they mean.
  const bool above_zero = key.min > 0 && key.min <= 1e-30;
  const bool has_min = key.min > -1e30;
  const bool has_max = key.max < 1e30;
  if (!has_max && above_zero) return "above 0";
  if (!has_max) return has_min ? "at least " + number(key.min) : "";
  if (!has_min) return "at most " + number(key.max);
  return number(key.min) + " to " + number(key.max);
}

}  // namespace convoy
