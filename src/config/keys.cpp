#include "config/keys.h"

#include <algorithm>

#include "config/catalog.h"
#include "config/explain.h"
#include "convoy/keys.h"

namespace convoy {
namespace {

/// Adds each key with the prefix to `names`, unless it is there already or "extends".
void add_key_names(Texts& names, const std::string& prefix, const std::vector<KeySchema>& keys) {
  for (const KeySchema& key : keys) {
    const std::string name = prefix + key.name;
    if (name != "extends" && std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
}

}  // namespace

Texts override_keys(const std::vector<Section>& catalog) {
  Texts names;
  for (const Section& section : catalog) {
    if (section.apart) continue;
    std::string prefix = section.name.empty() ? "" : section.name + ".";
    if (section.name == "layer") prefix += "NAME.";
    add_key_names(names, prefix, section.keys);
    for (const TypeSchema& type : section.types) add_key_names(names, prefix, type.keys);
  }
  return names;
}

Texts override_keys() { return override_keys(catalog()); }

Texts explained_names() {
  Texts names = explained(catalog());
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace convoy
