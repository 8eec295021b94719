#include "config/stored.h"

#include <vector>

#include "config/assemble.h"
#include "config/catalog.h"
#include "config/document.h"
#include "config/fail.h"
#include "config/override.h"

namespace convoy {
namespace {

constexpr std::size_t max_stored_bytes =
    4U << 20U;  // a configuration file has at most 1 MB; a stored one also has all defaults

/// Erases all paths, and the hint on where to get the data.
void drop_places(Settings& settings) {
  const Settings given = settings;
  for (const auto& entry : given.entries()) {
    if (is_path(entry.name) || entry.name == "hint") settings.erase(entry.name);
  }
}

/// The catalog, except that no path in [data] is required.
const std::vector<Section>& catalog_without_place() {
  static const std::vector<Section> sections = [] {
    std::vector<Section> all = catalog();
    for (Section& section : all) {
      for (KeySchema& key : section.keys) key.required = key.required && !(section.name == "data" && is_path(key.name));
    }
    return all;
  }();
  return sections;
}

}  // namespace

std::string stored_toml(const Config& config) {
  Config placeless = config;
  drop_places(placeless.run);
  drop_places(placeless.data);
  return resolved_toml(placeless);
}

Config parse_stored_config(const std::string& text, const std::string& name) {
  if (text.size() > max_stored_bytes) fail(name, "is larger than 4 MB");
  Document document = parse_document(text, name, catalog());
  const Settings& top = document.sections[""].settings;
  const Settings::Entry* extends = top.find("extends");
  if (extends != nullptr) fail(extends->where, "\"extends\" belongs into a file; a model reads no other");
  if (!document.apart.empty()) fail(name, "[" + document.apart.begin()->first + "] belongs into a file");
  drop_places(document.sections[""].settings);
  drop_places(document.sections["data"].settings);
  name_layers(document, section("layer"));
  return assemble(std::move(document), "model", catalog_without_place());
}

}  // namespace convoy
