#include "config/section.h"

#include <algorithm>

#include "convoy/error.h"

namespace convoy {
namespace {

/// The row of that name; null where there is none.
template <class T>
const T* named(const std::vector<T>& rows, const std::string& name) {
  const auto found = std::ranges::find(rows, name, &T::name);
  return found == rows.end() ? nullptr : &*found;
}

/// The names of the rows, in their order.
template <class T>
Texts names(const std::vector<T>& rows) {
  Texts result;
  for (const auto& row : rows) result.push_back(row.name);
  return result;
}

}  // namespace

const Section& find_section(const std::vector<Section>& sections, const std::string& name) {
  if (const Section* found = named(sections, name)) return *found;
  throw Error(ErrorKind::config, "no section is named \"" + name + "\"");
}

const TypeSchema* find_type(const Section& section, const std::string& name) { return named(section.types, name); }

const KeySchema* find_key(const std::vector<KeySchema>& keys, const std::string& name) { return named(keys, name); }

std::vector<KeySchema> keys_with(const Section& section, const TypeSchema* type) {
  std::vector<KeySchema> keys = section.keys;
  if (type == nullptr) return keys;
  const auto after_type_key = keys.begin() + (find_key(keys, section.type_key) == keys.data() ? 1 : 0);
  keys.insert(after_type_key, type->keys.begin(), type->keys.end());
  return keys;
}

Texts names_of(const std::vector<KeySchema>& keys) { return names(keys); }
Texts names_of(const std::vector<TypeSchema>& types) { return names(types); }
Texts names_of(const std::vector<Section>& sections) { return names(sections); }

std::string heading(const Section& section) {
  if (section.name.empty()) return "the top of the file";
  return section.name == "layer" ? "[[layer]]" : "[" + section.name + "]";
}

}  // namespace convoy
