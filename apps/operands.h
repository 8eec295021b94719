#pragma once

#include <string>

#include "verb.h"

namespace convoy::app {

/// "train validation test"
std::string joined(const Arguments& words);
/// "train, validation or test"
std::string listed(const Arguments& words);

/// The operands of a verb, parsed from its usage: alternatives such as "check CONFIG | explain KEY | schema". A word in
/// small letters is literal, [one in brackets] may be left out, and one with dots... may be repeated.
class Operands {
 public:
  explicit Operands(const std::string& usage);

  /// Whether the given words are one of the alternatives.
  bool fit(const Arguments& given) const;
  /// The alternatives as text: "check CONFIG, explain KEY or schema".
  std::string text() const;
  /// Each alternative's words: {{"check", "CONFIG"}, {"explain", "KEY"}, {"schema"}}.
  const std::vector<Arguments>& alternatives() const { return alternatives_; }

  /// Whether a word of the usage is literal: it begins with a small letter.
  static bool literal(const std::string& word);

 private:
  std::vector<Arguments> alternatives_;
};

}  // namespace convoy::app
