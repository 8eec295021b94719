#include "places.h"

#include <map>
#include <sstream>

#include "convoy/keys.h"

namespace convoy::app {

Candidates candidates(const std::string& argument) {
  static const std::map<std::string, std::string> kinds = {{"CONFIG", "config"}, {"MODEL", "model"}, {"RUN", "folder"},
                                                           {"DIR", "folder"},    {"FILE", "file"},   {"IMAGE", "file"},
                                                           {"KEY", "key"},       {"VERB", "verb"}};
  std::string bare = argument;
  std::erase_if(bare, [](char c) { return c == '[' || c == ']'; });
  Candidates found;
  std::istringstream parts(bare);
  for (std::string part; std::getline(parts, part, '|');) {
    if (part.find("KEY=") != std::string::npos) {  // "KEY=VALUE", "data.KEY=VALUE"
      found.kinds.emplace_back("override");
    } else if (Operands::literal(part)) {
      found.words.push_back(part);
    } else if (const auto kind = kinds.find(part.substr(0, part.find('.'))); kind != kinds.end()) {
      found.kinds.push_back(kind->second);
    }
  }
  return found;
}

Arguments completed_overrides() {
  Arguments words = {"layer."};
  for (const std::string& key : override_keys()) {
    if (!key.starts_with("layer.")) words.push_back(key + "=");
  }
  return words;
}

std::vector<OperandPlace> operand_places(const Operands& operands) {
  std::vector<OperandPlace> places;
  std::string first;
  for (const Arguments& words : operands.alternatives()) {
    if (words.empty()) continue;
    first += (first.empty() ? "" : "|") + words[0];
    const std::string after = Operands::literal(words[0]) ? words[0] : "";
    for (std::size_t i = 1; i < words.size(); ++i) {
      places.push_back({i, after, words[i].find("...") != std::string::npos, words[i]});
    }
  }
  if (!first.empty()) places.insert(places.begin(), {0, "", first.find("...") != std::string::npos, first});
  return places;
}

}  // namespace convoy::app
