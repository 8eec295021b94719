#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/section.h"

namespace convoy {

/// A table of a configuration as written: nested tables are flattened to dotted keys, values are not checked yet.
struct Table {
  Settings settings;
  std::string where;  ///< "configs/a.toml:31:1"
};

/// A key with any value, kept as TOML on one line.
struct WrittenEntry {
  std::string name;  ///< dotted where nested
  std::string text;
  std::optional<Texts> elements = {};  ///< the elements where the value is a list
  std::string where;
};

/// A section with Section::apart, in the order of its file.
struct WrittenSection {
  std::vector<WrittenEntry> entries;
  std::string folder = {};  ///< the folder that relative paths start from
};

/// A configuration file as written.
struct Document {
  std::map<std::string, Table> sections;             ///< the file's sections by name, the top level as ""
  std::vector<Table> layers;                         ///< the [[layer]] tables
  std::map<std::string, WrittenSection> apart = {};  ///< sections with Section::apart, by name
};

/// Parses the text of a configuration. `name` stands for the file in messages. Throws Error{config} with
/// name:line:column for wrong syntax, unknown sections and values that no key takes (dates, lists of mixed values).
Document parse_document(const std::string& text, const std::string& name, const std::vector<Section>& catalog);

/// The value of an override as settings: `text` as TOML or, if it is not TOML, as a text, is the value of `key`. An
/// inline table gives several entries: for the key "kernel_regularizer", {l2 = 1} is "kernel_regularizer.l2", for an
/// empty key just "l2". Every entry gets the place `where`. Throws Error{config}.
Settings parse_override_value(const std::string& key, const std::string& text, const std::string& where);

}  // namespace convoy
