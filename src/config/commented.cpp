#include "config/commented.h"

#include <sstream>

#include "core/value_text.h"

namespace convoy {

void CommentedToml::add_comment(const std::string& text) {
  constexpr std::size_t widest = 80;
  std::string line = "#";
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (line.size() + 1 + word.size() > widest) {
      text_ += line + "\n";
      line = "#";
    }
    line += " " + word;
  }
  text_ += line + "\n";
}

void CommentedToml::add_section(const std::string& name, const std::string& type) {
  section_ = &find_section(catalog_, name);
  type_ = type.empty() ? nullptr : find_type(*section_, type);
  text_ += "\n";
  explain_once(name, section_->doc);
  text_ += heading(*section_) + "\n";
  if (type_ == nullptr) return;
  explain_once(name + " " + type, type_->doc);
  text_ += section_->type_key + " = \"" + type + "\"\n";
}

void CommentedToml::add_key(const std::string& name, const Value& value) {
  const std::vector<KeySchema> keys = keys_with(*section_, type_);
  const std::string owner = section_->name + " " + (type_ == nullptr ? "" : type_->name) + ".";
  explain_once(owner + name, find_key(keys, name)->doc);
  text_ += name + " = " + toml_text(value) + "\n";
}

void CommentedToml::explain_once(const std::string& name, const std::string& doc) {
  if (explained_.insert(name).second) add_comment(doc);
}

}  // namespace convoy
