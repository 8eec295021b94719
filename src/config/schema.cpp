#include "config/schema.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "convoy/foreign_text.h"

namespace convoy {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Value& value) {
  return std::visit([](const auto& held) { return Json(held); }, value);
}

/// Sets "minimum" and "maximum" where the key has finite bounds.
void add_bounds(Json& schema, const KeySchema& key) {
  const auto bound = [&](double x) { return key.kind == Kind::number ? Json(x) : Json(static_cast<std::int64_t>(x)); };
  if (std::isfinite(key.min)) schema["minimum"] = bound(key.min);
  if (std::isfinite(key.max)) schema["maximum"] = bound(key.max);
}

/// The schema of a list of `least` to `most` items.
Json list_schema(const Json& items, int least, int most) {
  return {{"type", "array"}, {"items", items}, {"minItems", least}, {"maxItems", most}};
}

/// The schema of a choice, some of which may be followed by a number in brackets.
Json choice_schema(const KeySchema& key) {
  if (key.numbered.empty()) return {{"type", "string"}, {"enum", key.choices}};
  std::string names;
  for (const Numbered& numbered : key.numbered) names += (names.empty() ? "" : "|") + numbered.choice;
  return {{"type", "string"}, {"anyOf", {{{"enum", key.choices}}, {{"pattern", "^(" + names + ")\\(.+\\)$"}}}}};
}

/// The schema of an amount: a count, or a share below 1.
Json amount_schema(const Json& count) {
  return {{"anyOf", {count, {{"type", "number"}, {"minimum", 0}, {"exclusiveMaximum", 1}}}}};
}

/// One number for all sides, two for height and width, or four; or a choice.
Json sides_schema(const Texts& choices, const Json& scalar) {
  Json forms = {scalar, list_schema(scalar, 2, 2), list_schema(scalar, 4, 4)};
  if (!choices.empty()) forms.insert(forms.begin(), Json{{"type", "string"}, {"enum", choices}});
  return {{"anyOf", std::move(forms)}};
}

/// The schema of a key's values.
Json value_schema(const KeySchema& key) {
  Json scalar = {{"type", key.kind == Kind::number ? "number" : "integer"}};
  add_bounds(scalar, key);
  Json text = {{"type", "string"}};
  switch (key.kind) {
    case Kind::flag: return {{"type", "boolean"}};
    case Kind::integer: return key.values.empty() ? scalar : Json{{"enum", key.values}};
    case Kind::number: return scalar;
    case Kind::amount: return amount_schema(scalar);
    case Kind::text: return text;
    case Kind::choice: return choice_schema(key);
    case Kind::pair: return {{"anyOf", {scalar, list_schema(scalar, 2, 2)}}};
    case Kind::sides: return sides_schema(key.choices, scalar);
    case Kind::shape: return list_schema(scalar, 1, 4);
    case Kind::names: return {{"anyOf", {text, {{"type", "array"}, {"items", text}}}}};
  }
  return {};
}

/// The schema of a key: its meaning, values and default.
Json key_schema(const KeySchema& key) {
  Json schema = {{"description", key.doc}};
  schema.update(value_schema(key));
  if (key.fallback) schema["default"] = to_json(*key.fallback);
  return schema;
}

/// The schema of an object without properties so far, which allows no others.
Json object_schema(const std::string& doc) {
  return {{"description", doc}, {"type", "object"}, {"properties", Json::object()}, {"additionalProperties", false}};
}

/// Adds a key to an object's schema under its dotted name, with the objects on the way; lists it as required if it is.
void add_property(Json& object, const std::string& name, const KeySchema& key) {
  Json& properties = object["properties"];
  const auto dot = name.find('.');
  if (dot == std::string::npos) {
    properties[name] = key_schema(key);
    if (key.required) object["required"].push_back(name);
    return;
  }
  const std::string outer = name.substr(0, dot);
  if (!properties.contains(outer)) properties[outer] = object_schema("");
  add_property(properties[outer], name.substr(dot + 1), key);
}

/// The schema of an object with these keys.
Json keys_schema(const std::string& doc, const std::vector<KeySchema>& keys) {
  Json schema = object_schema(doc);
  for (const auto& key : keys) add_property(schema, key.name, key);
  return schema;
}

/// The schema of a section with that type: its type key has this single value.
Json type_schema(const TypeSchema& type, const std::string& type_key, const std::vector<KeySchema>& keys) {
  Json schema = keys_schema(type.doc, keys);
  Json& property = schema["properties"][type_key];
  property.erase("enum");
  property.erase("default");
  property["const"] = type.name;
  return schema;
}

/// The schema of a section, for a section with types the choice between them. A [[layer]] must say its type, so that
/// just one alternative holds. Any other section may leave out its type and required keys: the file that it extends may
/// have them.
Json section_schema(const Section& section) {
  const bool layer = section.name == "layer";
  const auto keys_of = [&](const TypeSchema* type) {
    std::vector<KeySchema> keys = keys_with(section, type);
    for (auto& key : keys) key.required = key.required && layer;
    return keys;
  };
  if (section.types.empty()) return keys_schema(section.doc, keys_of(nullptr));
  Json alternatives = Json::array();
  for (const auto& type : section.types) alternatives.push_back(type_schema(type, section.type_key, keys_of(&type)));
  return {{"description", section.doc}, {"type", "object"}, {layer ? "oneOf" : "anyOf", std::move(alternatives)}};
}

}  // namespace

std::string json_schema(const std::vector<Section>& catalog) {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "convoy configuration"}};
  schema.update(section_schema(find_section(catalog, "")));
  for (const auto& section : catalog) {
    if (section.name.empty()) continue;
    Json entry = section_schema(section);
    if (section.apart) entry["additionalProperties"] = true;
    if (section.name == "layer") entry = {{"type", "array"}, {"items", std::move(entry)}, {"minItems", 1}};
    schema["properties"][section.name] = std::move(entry);
  }
  return json_text(schema, 2) + "\n";
}

}  // namespace convoy
