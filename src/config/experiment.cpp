#include "config/experiment.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "config/fail.h"
#include "convoy/error.h"
#include "core/parse.h"
#include "core/text.h"
#include "core/value_text.h"

namespace convoy {
namespace {

/// The number that the text is; nothing for any other text, NaN or infinity.
std::optional<double> finite_number_in(const std::string& text) {
  const auto number = number_in<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

/// The texts before and after the last `separator`; nothing where there is none.
std::optional<std::pair<std::string, std::string>> cut_at_last(const std::string& text, const std::string& separator) {
  const auto at = text.rfind(separator);
  if (at == std::string::npos) return std::nullopt;
  return std::pair(text.substr(0, at), text.substr(at + separator.size()));
}

/// Sets the expectation's lower setting, factor and margin from its right side: "without BN + 0.01", or a number alone,
/// which is the margin over a lower setting of "".
void read_lower(const std::string& text, Expectation& expectation) {
  expectation.lower = text;
  if (const auto number = finite_number_in(text)) {
    expectation.lower = "";
    expectation.margin = *number;
    return;
  }
  for (const char sign : {'+', '-', '*'}) {
    const auto parts = cut_at_last(text, std::string(" ") + sign + " ");
    const auto number = parts ? finite_number_in(parts->second) : std::nullopt;
    if (!number) continue;
    expectation.lower = parts->first;
    if (sign == '*') expectation.factor = *number;
    if (sign == '+') expectation.margin = *number;
    if (sign == '-') expectation.margin = -*number;
  }
}

}  // namespace

Expectation read_expectation(const std::string& text, const std::string& where) {
  Expectation expectation{.text = text, .metric = {}, .higher = {}, .lower = {}};
  const auto colon = text.find(": ");
  const auto sides = cut_at_last(text, " > ");
  if (colon == std::string::npos || !sides || colon + 2 >= sides->first.size() || sides->second.empty()) {
    fail(where,
         "\"" + brief(text) + "\" expects METRIC: SETTING > SETTING, as \"accuracy: with BN > without BN + 0.01\"");
  }
  expectation.metric = text.substr(0, colon);
  expectation.higher = sides->first.substr(colon + 2);
  read_lower(sides->second, expectation);
  return expectation;
}

Experiment read_experiment(const WrittenSection& section, const Section& schema) {
  Settings settings;
  for (const auto& entry : section.entries) {
    if (find_key(schema.keys, entry.name) == nullptr) {
      fail(entry.where, "unknown key \"" + brief(entry.name) + "\" in " + heading(schema) +
                            did_you_mean(entry.name, names_of(schema.keys)));
    }
    settings.set(entry.name, parse_override_value(entry.name, entry.text, entry.where).find(entry.name)->value,
                 entry.where);
  }
  settings.complete(schema.keys, heading(schema));
  Experiment experiment{
      .source = settings.text("source"), .claim = settings.text("claim"), .quick = settings.texts("quick")};
  for (const std::string& text : settings.texts("expect")) {
    experiment.expectations.push_back(read_expectation(text, settings.where("expect")));
  }
  return experiment;
}

}  // namespace convoy
