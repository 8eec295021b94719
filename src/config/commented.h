#pragma once

#include <set>
#include <string>
#include <vector>

#include "config/section.h"

namespace convoy {

/// Builds the text of a configuration whose comments explain each section, type and key in the words of the catalog,
/// when it first comes. Keeps a reference to the catalog. All functions that add append to text().
class CommentedToml {
 public:
  explicit CommentedToml(const std::vector<Section>& catalog) : catalog_(catalog) {}

  /// Adds a comment in lines of at most 80 columns; for "" a line with "#" alone.
  void add_comment(const std::string& text);
  /// Adds a section's heading and its type, if given, and keeps both for add_key. Explains each the first time. Throws
  /// Error{config} for an unknown section.
  void add_section(const std::string& name, const std::string& type = "");
  /// Adds "name = value" to the section begun last, which there must be, and the first time the key's explanation.
  void add_key(const std::string& name, const Value& value);

  const std::string& text() const { return text_; }

 private:
  /// Adds `doc` as a comment, unless it did so before for that name.
  void explain_once(const std::string& name, const std::string& doc);

  const std::vector<Section>& catalog_;
  const Section* section_ = nullptr;
  const TypeSchema* type_ = nullptr;
  std::set<std::string> explained_;  ///< names that explain_once has had
  std::string text_;
};

}  // namespace convoy
