#pragma once

#include <set>
#include <string>
#include <vector>

#include "config/section.h"

namespace convoy {

/// Writes a configuration whose comments say what each section, type and key is, in the words of the catalog. What was
/// explained once is not explained again.
class CommentedToml {
 public:
  explicit CommentedToml(const std::vector<Section>& catalog) : catalog_(catalog) {}

  /// Lines that begin with "# ", at most 80 columns wide; "" is an empty line.
  void comment(const std::string& text);
  /// Begins a section, with its type where it has types.
  void section(const std::string& name, const std::string& type = "");
  /// A key of the section that was begun last.
  void key(const std::string& name, const Value& value);

  const std::string& text() const { return text_; }

 private:
  void explain(const std::string& name, const std::string& doc);

  const std::vector<Section>& catalog_;
  const Section* section_ = nullptr;
  const TypeSchema* type_ = nullptr;
  std::set<std::string> explained_;
  std::string text_;
};

}  // namespace convoy
