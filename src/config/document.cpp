#include "config/document.h"

// What toml++ asserts does not hold for every hostile text (parser.inl, parse_key), and with NDEBUG it lets the
// compiler take it for granted. Not looked at, the parser finds the mistake a few lines on.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(expr) static_cast<void>(0)
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "config/fail.h"
#include "config/toml_guard.h"
#include "convoy/error.h"
#include "core/text.h"
#include "core/value_text.h"

namespace convoy {
namespace {

constexpr int max_depth = 8;            // of nested tables
constexpr std::size_t max_keys = 1000;  // of one table; no section takes as many

/// Says where a node is, for messages: name:line:column in a file, only the name in an override.
struct Origin {
  std::string name;
  bool has_lines = true;
  std::string operator()(const toml::source_region& region) const {
    if (!has_lines) return name;
    return name + ":" + std::to_string(region.begin.line) + ":" + std::to_string(region.begin.column);
  }
};

/// The value of a line, counted from 1, if it is a bare word, else "". TOML wants texts in quotes, and the parser's own
/// message hardly says so.
std::string bare_word(const std::string& text, std::size_t line) {
  std::size_t begin = 0;
  for (; line > 1; --line) begin = text.find('\n', begin) + 1;
  const std::string content = text.substr(begin, text.find('\n', begin) - begin);
  const std::size_t value = content.find_first_not_of(" \t", content.find('=') + 1);
  if (content.find('=') == std::string::npos || value == std::string::npos) return "";
  const bool letter = std::islower(static_cast<unsigned char>(content[value])) != 0;  // not "True": TOML says true
  return letter ? content.substr(value, content.find_first_of(" \t\r#", value) - value) : "";
}

/// The message for a syntax error in `text`, with a hint where quotes are missing.
std::string syntax_error(const toml::parse_error& error, const std::string& text) {
  std::string description(error.description());
  const std::string opening = "Error while parsing ";
  if (description.starts_with(opening)) description.erase(0, opening.size());
  const std::string word = bare_word(text, error.source().begin.line);
  const std::string hint = word.empty() ? "" : "; texts need quotes: \"" + brief(word) + "\"";
  return "not valid TOML: " + brief(description, 160) + hint;
}

/// Parses TOML. Throws Error{config} with the place for wrong syntax and for keys of too many parts.
toml::table parse_toml(const std::string& text, const Origin& origin) {
  check_toml_nesting(text, origin.name);
  try {
    return toml::parse(text, origin.name);
  } catch (const toml::parse_error& error) {
    fail(origin(error.source()), syntax_error(error, text));
  }
}

/// The type of a node with its article: "a table", "a whole number", "true or false".
std::string type_in_words(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "a list";
    case toml::node_type::string: return "a text";
    case toml::node_type::integer: return "a whole number";
    case toml::node_type::floating_point: return "a number with a point";
    case toml::node_type::boolean: return "true or false";
    default: return "a date or time";
  }
}

/// The list's elements if all are of type T, else nothing.
template <class T>
std::optional<std::vector<T>> elements(const toml::array& array) {
  std::vector<T> list;
  for (const auto& element : array) {
    const auto value = element.value_exact<T>();
    if (!value) return std::nullopt;
    list.push_back(*value);
  }
  return list;
}

/// A list of whole numbers or of texts. Throws Error{config} for any other list.
Value to_list(const std::string& key, const toml::array& array, const Origin& origin) {
  if (auto texts = elements<std::string>(array)) return *std::move(texts);  // also the empty list
  if (auto integers = elements<std::int64_t>(array)) return *std::move(integers);
  const auto odd = std::ranges::find_if(array, [&](const toml::node& node) {
    return node.type() != array[0].type() || !(node.is_integer() || node.is_string());
  });
  fail(origin(odd->source()),
       "\"" + brief(key) + "\": a list holds whole numbers or texts and no mixture, got " + type_in_words(*odd));
}

/// The value of a node, whose key in the file is `source`. Throws Error{config} for tables, dates and mixed lists.
Value to_value(const std::string& key, const toml::key& source, const toml::node& node, const Origin& origin) {
  if (const auto flag = node.value_exact<bool>()) return *flag;
  if (const auto integer = node.value_exact<std::int64_t>()) return *integer;
  if (const auto number = node.value_exact<double>()) return *number;
  if (auto text = node.value_exact<std::string>()) return *std::move(text);
  if (const auto* array = node.as_array()) return to_list(key, *array, origin);
  fail(origin(source.source()), "\"" + brief(key) + "\" expects no " + type_in_words(node).substr(2));
}

/// The table's keys and nodes in the order of the file, so that the first error found is the first in the file.
std::vector<std::pair<const toml::key*, const toml::node*>> in_file_order(const toml::table& table) {
  std::vector<std::pair<const toml::key*, const toml::node*>> items;
  for (auto it = table.cbegin(); it != table.cend(); ++it) items.emplace_back(&it->first, &it->second);
  std::ranges::stable_sort(items, {}, [](const auto& item) {
    const auto& begin = item.first->source().begin;
    return std::pair(begin.line, begin.column);
  });
  return items;
}

/// Sets a key. Throws Error{config} where the table has max_keys already.
void add_entry(Settings& settings, const std::string& key, Value value, const std::string& where) {
  if (settings.entries().size() == max_keys)
    fail(where, "more than " + std::to_string(max_keys) + " keys in one table");
  settings.set(key, std::move(value), where);
}

/// Adds a table's keys to `settings`, those of nested tables with dots: prefix + "a.b". Throws Error{config} for values
/// that no key takes, for quoted keys with dots, and beyond max_depth and max_keys.
void add_flattened(const toml::table& table, const std::string& prefix, const Origin& origin, Settings& settings,
                   int depth = 0) {
  for (const auto& [key, node] : in_file_order(table)) {
    const std::string where = origin(key->source());
    const std::string name(key->str());
    // A quoted "a.b" would be taken for b in table a.
    if (name.empty() || name.find('.') != std::string::npos) {
      fail(where, "unknown key \"" + brief(prefix + name) + "\"");
    }
    if (const auto* nested = node->as_table()) {
      if (depth == max_depth) fail(where, "tables are nested too deeply, at most " + std::to_string(max_depth));
      add_flattened(*nested, prefix + name + ".", origin, settings, depth + 1);
    } else {
      add_entry(settings, prefix + name, to_value(prefix + name, *key, *node, origin), where);
    }
  }
}

/// Whether TOML lets a key stand without quotes.
bool is_bare(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  });
}

/// The value as TOML on one line, which reads back as the same value. Throws Error{config} for a date.
std::string one_line_toml(const toml::node& node, const std::string& key, const Origin& origin) {
  std::string text;
  if (const auto* array = node.as_array()) {
    for (const auto& element : *array) text += (text.empty() ? "" : ", ") + one_line_toml(element, key, origin);
    return "[" + text + "]";
  }
  if (const auto* table = node.as_table()) {
    for (const auto& [name, value] : in_file_order(*table)) {
      const std::string inner(name->str());
      text += (text.empty() ? "" : ", ") + (is_bare(inner) ? inner : toml_text(inner)) + " = ";
      text += one_line_toml(*value, key, origin);
    }
    return "{" + text + "}";
  }
  return toml_text(to_value(key, toml::key(key), node, {origin(node.source()), false}));
}

/// Appends a table's keys to `entries` as WrittenEntry, those of nested tables with dots. Throws Error{config} beyond
/// max_depth and max_keys, and for an empty key.
void add_written_entries(const toml::table& table, const std::string& prefix, const Origin& origin,
                         std::vector<WrittenEntry>& entries, int depth = 0) {
  for (const auto& [key, node] : in_file_order(table)) {
    const std::string where = origin(key->source());
    const std::string name = prefix + std::string(key->str());
    if (key->str().empty()) fail(where, "a key is empty");
    if (const auto* nested = node->as_table()) {
      if (depth == max_depth) fail(where, "tables are nested too deeply, at most " + std::to_string(max_depth));
      add_written_entries(*nested, name + ".", origin, entries, depth + 1);
      continue;
    }
    if (entries.size() == max_keys) fail(where, "more than " + std::to_string(max_keys) + " keys in one table");
    WrittenEntry entry{.name = name, .text = one_line_toml(*node, name, origin), .where = where};
    if (const auto* array = node->as_array()) {
      entry.elements.emplace();
      for (const auto& element : *array) entry.elements->push_back(one_line_toml(element, name, origin));
    }
    entries.push_back(std::move(entry));
  }
}

/// The table with its keys flattened. Throws Error{config}.
Table to_table(const toml::table& table, const std::string& where, const Origin& origin) {
  Table result;
  result.where = where;
  add_flattened(table, "", origin, result.settings);
  return result;
}

/// The tables of [[layer]]. Throws Error{config} where `node` is no list of tables.
std::vector<Table> to_layers(const toml::node& node, const std::string& where, const Origin& origin) {
  const auto* array = node.as_array();
  if (array == nullptr || array->empty() || !array->is_homogeneous<toml::table>()) {
    fail(where, "layers are written in double brackets, one [[layer]] for each");
  }
  std::vector<Table> layers;
  for (const auto& layer : *array) layers.push_back(to_table(*layer.as_table(), origin(layer.source()), origin));
  return layers;
}

/// The node as a table. Throws Error{config} where the section `name` is something else.
const toml::table& table_of(const std::string& name, const toml::node& node, const std::string& where) {
  const auto* table = node.as_table();
  if (table == nullptr) fail(where, "\"" + name + "\" is a section: expected one table [" + name + "]");
  return *table;
}

/// Sets the section in document.sections, or adds its entries to document.apart. Throws Error{config}.
void add_section(Document& document, const Section& section, const toml::node& node, const std::string& where,
                 const Origin& origin) {
  const toml::table& table = table_of(section.name, node, where);
  if (section.apart) {
    add_written_entries(table, "", origin, document.apart[section.name].entries);
  } else {
    document.sections[section.name] = to_table(table, where, origin);
  }
}

}  // namespace

Document parse_document(const std::string& text, const std::string& name, const std::vector<Section>& catalog) {
  const Origin origin{name};
  const toml::table root = parse_toml(text, origin);
  Document document;
  Table& top = document.sections[""];
  top.where = name;
  const Texts sections = names_of(catalog);
  for (const auto& [toml_key, node] : in_file_order(root)) {
    const std::string key(toml_key->str());
    const std::string where = origin(toml_key->source());
    if (key == "layer") {
      document.layers = to_layers(*node, where, origin);
    } else if (!key.empty() && std::ranges::find(sections, key) != sections.end()) {
      add_section(document, find_section(catalog, key), *node, where, origin);
    } else if (node->is_table() || node->is_array_of_tables()) {
      fail(where, "unknown section \"" + brief(key) + "\"" + did_you_mean(key, sections));
    } else {
      add_entry(top.settings, key, to_value(key, *toml_key, *node, origin), where);
    }
  }
  return document;
}

Settings parse_override_value(const std::string& key, const std::string& text, const std::string& where) {
  const Origin origin{where, false};
  toml::table table;
  try {
    table = parse_toml("value = " + text, origin);
  } catch (const Error&) {
    table.clear();
  }
  const toml::node* value = table.get("value");
  // A second key was smuggled in by a line break, and no key takes a date.
  const bool plain = table.size() != 1 || value->is_date() || value->is_time() || value->is_date_time();
  if (plain) {
    table = parse_toml("value = " + toml_text(text), origin);  // an error here: the text is not UTF-8
    value = table.get("value");
  }
  Settings settings;
  if (const auto* nested = value->as_table()) {
    add_flattened(*nested, key.empty() ? "" : key + ".", origin, settings);
  } else {
    settings.set(key, to_value(key, toml::key("value"), *value, origin), where);
  }
  return settings;
}

}  // namespace convoy
