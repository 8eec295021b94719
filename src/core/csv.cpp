#include "core/csv.h"

#include "convoy/foreign_text.h"

namespace convoy {

std::string csv_field(const std::string& bytes) {
  std::string text = valid_utf8(bytes);
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace convoy
