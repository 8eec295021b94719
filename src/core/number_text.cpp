#include "convoy/number_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <system_error>

namespace convoy {

std::string fixed(double value, int digits) {
  if (!std::isfinite(value)) return "-";
  std::array<char, 400> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string percent(double share) { return std::isfinite(share) ? fixed(100 * share, 2) + " %" : "-"; }

std::string with_separators(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string duration(double seconds) {
  if (!(seconds >= 60) || seconds > 1e9) return fixed(seconds, 1) + " s";
  const auto whole = static_cast<std::int64_t>(std::lround(seconds));
  const bool hours = whole >= 3600;
  const std::int64_t large = hours ? whole / 3600 : whole / 60;
  const std::int64_t small = hours ? whole / 60 % 60 : whole % 60;
  return std::to_string(large) + (hours ? " h " : " min ") + (small < 10 ? "0" : "") + std::to_string(small) +
         (hours ? " min" : " s");
}

std::string shortest(double number) {
  char text[32];
  const auto end = std::to_chars(std::begin(text), std::end(text), number).ptr;
  std::string result(text, end);
  const bool whole = result.find_first_of(".en") == std::string::npos;  // "e": exponent, "n": inf and nan
  return whole ? result + ".0" : result;
}

std::string rounded(double number) {
  char text[32];
  return {text, std::to_chars(std::begin(text), std::end(text), number, std::chars_format::general, 3).ptr};
}

}  // namespace convoy
