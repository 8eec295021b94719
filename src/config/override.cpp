#include "config/override.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>

#include "config/fail.h"
#include "config/home.h"
#include "convoy/error.h"
#include "core/name_text.h"
#include "core/parse.h"
#include "core/text.h"
#include "core/value_text.h"

namespace convoy {
namespace {

/// Whether a name fits a pattern, in which * stands for any number of characters. After a mismatch the last * is made
/// to stand for one more.
bool matches(std::string_view name, std::string_view pattern) {
  std::optional<std::string_view> after_star;  // the pattern after the last *
  std::string_view held;                       // the name after the characters that the star stands for
  while (!name.empty()) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      after_star = pattern;
      held = name;
    } else if (pattern.starts_with(name.front())) {
      pattern.remove_prefix(1);
      name.remove_prefix(1);
    } else if (after_star) {
      pattern = *after_star;
      held.remove_prefix(1);
      name = held;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*') == std::string_view::npos;
}

/// Sets a value in all layers that `key`, "NAME.KEY" with a name or a pattern, is for. Throws Error{config} where none
/// is.
void override_layer(Document& document, const std::string& key, const std::string& value, const std::string& where) {
  const auto dot = key.find('.');
  if (dot == std::string::npos) fail(where, "expected layer.NAME.KEY=VALUE");
  const std::string pattern = key.substr(0, dot);
  const Settings given = parse_override_value(key.substr(dot + 1), value, where);
  Texts names;
  bool matched = false;
  for (auto& layer : document.layers) {
    names.push_back(layer.settings.text_or("name", ""));
    if (!matches(names.back(), pattern)) continue;
    matched = true;
    for (const auto& entry : given.entries()) layer.settings.set(entry.name, entry.value, where);
  }
  if (matched) return;
  const bool several = pattern.find('*') != std::string::npos;
  fail(where, several ? "no layer's name matches \"" + brief(pattern) + "\": expected " + brief(join_or(names), 300)
                      : "no layer is named \"" + brief(pattern) + "\"" + did_you_mean(pattern, names));
}

/// Sets the key of a section's table, or with an empty key replaces the whole table by an inline table; paths become
/// absolute. Throws Error{config}.
void override_section(Table& table, const std::string& section, const std::string& key, const std::string& value,
                      const Override& source) {
  const std::string& where = source.where;
  Settings given = parse_override_value(key, value, where);
  if (given.has("")) fail(where, "\"" + section + "\" is a section: expected " + section + ".KEY=VALUE");
  if (key.empty()) table.settings = {};
  if (section == "data" || section.empty()) resolve_paths(given, source.folder);
  for (const auto& entry : given.entries()) table.settings.set(entry.name, entry.value, where);
}

/// The names of the sections that are not apart.
Texts names_of_parts(std::vector<Section> catalog) {
  std::erase_if(catalog, &Section::apart);
  return names_of(catalog);
}

}  // namespace

void name_layers(Document& document, const Section& layers) {
  std::map<std::string, int> unnamed;
  for (auto& layer : document.layers) {
    const std::string type = layer.settings.text_or("type", "");
    if (layer.settings.has("name") || find_type(layers, type) == nullptr) continue;
    layer.settings.set("name", type + "_" + std::to_string(++unnamed[type]));
  }
}

Override command_line_override(const std::string& text) {
  return {text, "-s " + brief(text), std::filesystem::current_path().string()};
}

void apply_override(Document& document, const Override& given, const std::vector<Section>& catalog) {
  const auto& [text, where, folder] = given;
  const auto equals = text.find('=');
  const std::string key = trimmed(text.substr(0, equals));
  if (equals == std::string::npos || key.empty()) fail(where, "expected KEY=VALUE");
  const std::string value = trimmed(text.substr(equals + 1));
  const auto dot = key.find('.');
  const std::string first = key.substr(0, dot);
  const std::string rest = dot == std::string::npos ? "" : key.substr(dot + 1);
  if (key == "extends") fail(where, "\"extends\" belongs into a file");
  if (first == "layer") {
    override_layer(document, rest, value, where);
  } else if (const Texts sections = names_of_parts(catalog); std::ranges::find(sections, first) != sections.end()) {
    override_section(document.sections[first], first, rest, value, given);
  } else if (dot != std::string::npos) {
    fail(where, "unknown section \"" + brief(first) + "\"" + did_you_mean(first, sections));
  } else {
    override_section(document.sections[""], "", key, value, given);
  }
}

bool is_path(const std::string& key) { return key == "path" || key == "from" || key.ends_with("_path"); }

void resolve_paths(Settings& settings, const std::string& folder) {
  const Settings given = settings;
  for (const auto& entry : given.entries()) {
    const auto* path = std::get_if<std::string>(&entry.value);
    if (!is_path(entry.name) || path == nullptr || path->empty()) continue;
    const std::filesystem::path given_path = name_bytes(with_home(*path, entry.where));
    const auto absolute = std::filesystem::absolute(std::filesystem::path(folder) / given_path).lexically_normal();
    settings.set(entry.name, absolute.string(), entry.where);
  }
}

}  // namespace convoy
