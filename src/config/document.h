#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/section.h"

namespace convoy {

/// One table of a configuration as written: nested tables are flattened to dotted keys, nothing is checked yet.
struct Table {
  Settings settings;
  std::string where;
};

/// A key with any value at all, kept as TOML on one line.
struct WrittenEntry {
  std::string name;  ///< dotted where nested
  std::string text;
  std::optional<Texts> elements = {};  ///< of a list
  std::string where;
};

/// A section that is apart, in the order of its file.
struct WrittenSection {
  std::vector<WrittenEntry> entries;
  std::string folder = {};  ///< where relative paths in it start
};

/// A configuration file as written.
struct Document {
  std::map<std::string, Table> sections;             ///< by name, the top level as ""; those that the file has
  std::vector<Table> layers;                         ///< empty: the file has none
  std::map<std::string, WrittenSection> apart = {};  ///< by name: what Config leaves out
};

/// Reads TOML. `name` stands for the file in messages. Throws Error{config} with name:line:column for what is not TOML,
/// for unknown sections and for values that no key takes (dates, lists of mixed values).
Document parse_document(const std::string& text, const std::string& name, const std::vector<Section>& catalog);

/// The value of an override, as TOML or, if it is none, as a text. It is the entry `key`; an inline table gives several
/// entries: for the key "kernel_regularizer", {l2 = 1} is "kernel_regularizer.l2", for an empty key just "l2". Every
/// entry gets the place `where`. Throws Error{config}.
Settings parse_override_value(const std::string& key, const std::string& text, const std::string& where);

}  // namespace convoy
