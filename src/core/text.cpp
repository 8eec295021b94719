#include "core/text.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/parse.h"

namespace convoy {
namespace {

/// The most letters of a word of `letters` letters that may be wrong. For short words it is few: any other would be
/// near.
std::size_t most_typos(std::size_t letters) { return std::max(std::min<std::size_t>(2, letters / 2), letters / 3); }

}  // namespace

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0U : 1U);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
    }
  }
  return row.back();
}

std::string nearest(const std::string& word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = most_typos(word.size()) + 1;
  for (const auto& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
  const std::string best = nearest(word, candidates);
  return best.empty() ? "" : "; did you mean \"" + best + "\"?";
}

std::optional<NumberedName> parse_numbered(const std::string& text) {
  const auto open = text.find('(');
  if (open == std::string::npos) return NumberedName{text};
  if (!text.ends_with(')')) return {};
  const std::optional<double> number = number_in<double>(text.substr(open + 1, text.size() - open - 2));
  if (!number || !std::isfinite(*number)) return {};
  return NumberedName{text.substr(0, open), number};
}

std::string lower_case(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

std::string join_or(const std::vector<std::string>& words) {
  std::string joined;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) joined += i + 1 == words.size() ? " or " : ", ";
    joined += words[i];
  }
  return joined;
}

}  // namespace convoy
