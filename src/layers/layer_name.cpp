#include "layers/layer_name.h"

#include <algorithm>
#include <cctype>

namespace convoy::layers {

bool is_name_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-'; }

std::string name_problem(const std::string& name) {
  const bool plain = !name.empty() && name.size() <= 80 && std::ranges::all_of(name, is_name_character);
  if (!plain) return "\"name\" expects at most 80 letters, digits, \"_\" or \"-\"";
  return name == "input" ? "\"input\" is the name of the network's own input; choose another" : "";
}

}  // namespace convoy::layers
