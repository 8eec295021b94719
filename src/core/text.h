#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "convoy/error.h"  // did_you_mean

namespace convoy {

/// Levenshtein distance: the fewest insertions, deletions and replacements that turn `a` into `b`.
std::size_t edit_distance(const std::string& a, const std::string& b);

/// The candidate nearest to `word` if it is near enough to be a typo, else "". Of equally near ones, the first.
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);

/// A name that may be followed by a number in brackets: "random_normal(0.1)".
struct NumberedName {
  std::string name;
  std::optional<double> number = {};
};
/// Splits "random_normal(0.1)" into name and number. A text without brackets is a name without number; brackets around
/// anything but one finite number give nothing.
std::optional<NumberedName> parse_numbered(const std::string& text);

/// The text in lower case; only ASCII letters change.
std::string lower_case(std::string text);

/// The words as "a, b or c".
std::string join_or(const std::vector<std::string>& words);

}  // namespace convoy
