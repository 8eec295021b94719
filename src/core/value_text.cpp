#include "core/value_text.h"

#include <algorithm>
#include <array>

#include "core/text.h"

namespace convoy {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::string escaped(char c) {
  switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\t': return "\\t";
    default: break;
  }
  if (!is_control(c)) return {c};
  constexpr std::array digits = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'};
  const auto code = static_cast<unsigned char>(c);
  return {'\\', 'u', '0', '0', digits[code / 16], digits[code % 16]};
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) result += escaped(c);
  return result + "\"";
}

struct Writer {
  std::string operator()(bool flag) const { return flag ? "true" : "false"; }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(double number) const { return shortest(number); }
  std::string operator()(const std::string& text) const { return quoted(text); }
  template <class T>
  std::string operator()(const std::vector<T>& list) const {
    std::string text = "[";
    for (const auto& item : list) text += (text.size() > 1 ? ", " : "") + (*this)(item);
    return text + "]";
  }
};

/// "constant[(number)]" for what may be followed by one.
Texts choices_of(const KeySpec& key) {
  Texts choices = key.choices;
  for (std::string& choice : choices) {
    if (std::ranges::find(key.numbered, choice, &Numbered::choice) != key.numbered.end()) choice += "[(number)]";
  }
  return choices;
}

}  // namespace

std::string toml_text(const Value& value) { return std::visit(Writer{}, value); }

std::string brief(const std::string& text, std::size_t limit) {
  std::size_t end = std::min(text.size(), limit);
  const auto continues = [&](std::size_t i) { return (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U; };
  while (end > 0 && end < text.size() && continues(end)) --end;  // never inside a UTF-8 character
  std::string result = text.substr(0, end);
  std::replace_if(result.begin(), result.end(), is_control, ' ');
  return end < text.size() ? result + "..." : result;
}

std::string kind_text(const KeySpec& key) {
  switch (key.kind) {
    case Kind::flag: return "true or false";
    case Kind::integer: return "a whole number";
    case Kind::number: return "a number";
    case Kind::text: return "a text";
    case Kind::choice: return join_or(choices_of(key));
    case Kind::pair: return "a whole number or two of them";
    case Kind::shape: return "a list of one to four whole numbers";
    case Kind::names: return "a list of texts";
  }
  return "";
}

std::string range_text(const KeySpec& key) {
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
