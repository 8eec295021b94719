#include "operands.h"

#include <sstream>

namespace convoy::app {
namespace {

bool optional(const std::string& word) { return word.starts_with('['); }

bool repeated(const std::string& word) { return word.find("...") != std::string::npos; }

/// Whether the given words fit one alternative.
bool fits(const Arguments& words, const Arguments& given) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i >= given.size()) return optional(words[i]);
    if (Operands::literal(words[i]) && given[i] != words[i]) return false;
  }
  return given.size() <= words.size() || (!words.empty() && repeated(words.back()));
}

}  // namespace

std::string joined(const Arguments& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string listed(const Arguments& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 < words.size() ? ", " : " or ";
    text += words[i];
  }
  return text;
}

Operands::Operands(const std::string& usage) : alternatives_(1) {
  std::istringstream words(usage);
  for (std::string word; words >> word;) {
    if (word == "|") {
      alternatives_.emplace_back();
    } else {
      alternatives_.back().push_back(word);
    }
  }
}

bool Operands::fit(const Arguments& given) const {
  for (const Arguments& words : alternatives_) {
    if (fits(words, given)) return true;
  }
  return false;
}

std::string Operands::text() const {
  Arguments texts;
  for (const Arguments& words : alternatives_) texts.push_back(words.empty() ? "nothing" : joined(words));
  return listed(texts);
}

bool Operands::literal(const std::string& word) { return word.front() >= 'a' && word.front() <= 'z'; }

}  // namespace convoy::app
