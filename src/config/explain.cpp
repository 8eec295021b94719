#include "config/explain.h"

#include <algorithm>
#include <utility>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "core/text.h"
#include "core/value_text.h"

namespace convoy {
namespace {

/// The default that another key chooses, in words: "default 0.99 with preset = "keras", 0.9 with "torch"".
std::string default_by_text(const FallbackBy& by) {
  std::string text;
  for (const auto& [choice, value] : by.values) {
    const std::string before = text.empty() ? "default " : ", ";
    text += before + toml_text(value) + " with " + (text.empty() ? by.key + " = " : "") + toml_text(choice);
  }
  return text;
}

/// The page of a key under that name: its meaning, the values it takes, its default.
std::string key_page(const std::string& name, const KeySchema& key) {
  return name + "\n" + wrapped("  ", key.doc) + wrapped("  takes: ", takes_text(key)) +
         wrapped("  ", default_text(key));
}

/// A line for each name; the texts are aligned, and wrapped where they are long.
std::string aligned_rows(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t width = 0;
  for (const auto& [name, what] : rows) width = std::max(width, name.size());
  std::string text;
  for (const auto& [name, what] : rows) text += wrapped("  " + padded(name, width + 2), what);
  return text;
}

/// A line for each key: what it takes and its default.
std::string key_table(const std::vector<KeySchema>& keys) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& key : keys) rows.emplace_back(key.name, takes_text(key) + "; " + default_text(key));
  return aligned_rows(rows);
}

/// A line for each type with its meaning.
std::string type_table(const std::vector<TypeSchema>& types) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& type : types) rows.emplace_back(type.name, type.doc);
  return aligned_rows(rows);
}

/// The page of a type: its meaning and its keys.
std::string type_page(const Section& section, const TypeSchema& type) {
  std::string text = type.name + " (" + heading(section) + " " + section.type_key + " = \"" + type.name + "\")\n";
  text += wrapped("  ", type.doc);
  if (!type.keys.empty()) text += "\nkeys:\n" + key_table(type.keys);
  if (section.keys.size() > 1) text += "\nand those that all types share: convoy config explain " + section.name + "\n";
  return text;
}

/// The page of a section: its meaning, its keys and its types.
std::string section_page(const Section& section) {
  std::string text = heading(section) + "\n" + wrapped("  ", section.doc) + "\nkeys:\n" + key_table(section.keys);
  if (section.types.empty()) return text;
  return text + "\nvalues of " + section.type_key + ", each with keys of its own:\n" + type_table(section.types);
}

/// All names that can be explained, with their pages; a name may have several.
class Pages {
 public:
  /// Makes the pages of all sections, types and keys.
  explicit Pages(const std::vector<Section>& catalog) {
    for (const auto& section : catalog) add_section(section);
  }

  Texts names() const {
    Texts names;
    for (const auto& [name, text] : pages_) names.push_back(name);
    return names;
  }

  /// The pages of that name, with an empty line between two; "" where there is none.
  std::string find(const std::string& name) const {
    std::string text;
    for (const auto& [other, page] : pages_) {
      if (other == name) text += (text.empty() ? "" : "\n") + page;
    }
    return text;
  }

 private:
  /// Adds the pages of the section, its types, and their keys under all names that these go by.
  void add_section(const Section& section) {
    const std::string prefix = section.name.empty() ? "" : section.name + ".";
    if (!section.name.empty()) add(section.name, section_page(section));
    for (const auto& key : section.keys) add(prefix + key.name, key_page(prefix + key.name, key));
    for (const auto& type : section.types) {
      add(type.name, type_page(section, type));
      for (const auto& key : type.keys) {
        const std::string page = key_page(type.name + "." + key.name, key);
        add(type.name + "." + key.name, page);
        add(prefix + key.name, page);
      }
      for (const auto& key : section.keys) add(type.name + "." + key.name, key_page(prefix + key.name, key));
    }
  }

  void add(const std::string& name, const std::string& page) { pages_.emplace_back(name, page); }

  std::vector<std::pair<std::string, std::string>> pages_;  ///< names with their pages
};

/// The name without the layer's name: "layer.filters" for "layer.conv1.filters", as an override has it.
std::string without_layer_name(const std::string& name) {
  const std::string section = "layer.";
  if (!name.starts_with(section)) return name;
  const std::size_t dot = name.find('.', section.size());
  return dot == std::string::npos ? name : section + name.substr(dot + 1);
}

}  // namespace

std::string default_text(const KeySchema& key) {
  if (!key.fallback_by.key.empty()) return default_by_text(key.fallback_by);
  if (key.fallback) return "default " + toml_text(*key.fallback);
  return key.required ? "must be given" : "may be left out";
}

std::string takes_text(const KeySchema& key) {
  const std::string range = range_text(key);
  return kind_text(key) + (range.empty() ? "" : ", " + range);
}

std::string explain(const std::string& name, const std::vector<Section>& catalog) {
  const Pages pages(catalog);
  std::string text = pages.find(name);
  if (text.empty()) text = pages.find(without_layer_name(name));
  if (!text.empty()) return text;
  const std::string near = did_you_mean(name, pages.names());
  const std::string hint = near.empty() ? "; expected a section, a type or a key such as train.epochs" : near;
  throw Error(ErrorKind::config, "no key, type or section is named \"" + brief(name) + "\"" + hint);
}

Texts explained(const std::vector<Section>& catalog) { return Pages(catalog).names(); }

}  // namespace convoy
