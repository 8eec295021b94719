#include "convoy/error.h"

#include "convoy/foreign_text.h"

namespace convoy {
namespace {

/// The lines, each as shown() has it, with line breaks between them.
std::string shown_line_by_line(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + shown(line);
  return text;
}

}  // namespace

Error::Error(ErrorKind kind, const std::string& message) : Error(kind, AsIs{shown(message)}) {}

Error::Error(ErrorKind kind, const std::vector<std::string>& lines) : Error(kind, AsIs{shown_line_by_line(lines)}) {}

Error Error::within(const std::string& before, const std::string& behind) const {
  return {kind_, AsIs{shown(before) + what() + shown(behind)}};
}

Error Error::followed_by(const std::string& line) const {
  return {kind_, AsIs{std::string(what()) + "\n" + shown(line)}};
}

}  // namespace convoy
