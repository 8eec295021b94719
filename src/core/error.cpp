#include "convoy/error.h"

#include "convoy/foreign_text.h"

namespace convoy {
namespace {

std::string shown_apart(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + shown(line);
  return text;
}

}  // namespace

Error::Error(ErrorKind kind, const std::string& message) : Error(kind, AsIs{shown(message)}) {}

Error::Error(ErrorKind kind, const std::vector<std::string>& lines) : Error(kind, AsIs{shown_apart(lines)}) {}

Error Error::within(const std::string& before, const std::string& behind) const {
  return {kind_, AsIs{shown(before) + what() + shown(behind)}};
}

Error Error::followed_by(const std::string& line) const {
  return {kind_, AsIs{std::string(what()) + "\n" + shown(line)}};
}

}  // namespace convoy
