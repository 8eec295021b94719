#include "config/assemble.h"

#include <algorithm>
#include <map>
#include <utility>

#include "config/enabled_layers.h"
#include "config/fail.h"
#include "config/keys.h"
#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "core/text.h"
#include "core/value_text.h"
#include "layers/layer_name.h"

namespace convoy {
namespace {

constexpr const char* regularizer =
    "kernel_regularizer.";  ///< the beginning of the keys that layers take over from [train]

/// A table of a document while it is checked, with what messages say about it.
struct Part {
  const Section& section;
  Table table;
  std::string owner;  ///< "[train]", "layer 4 \"conv2\""; empty at the top level
  const TypeSchema* type = nullptr;
  /// The beginning of a message about the part.
  std::string place() const { return owner.empty() ? "" : owner + ": "; }
};

/// Sets part.type from the type key, which gets the section's default where it is missing, and adds the type to
/// part.owner. Does nothing in sections without types. Throws Error{config} for an unknown or missing type.
void determine_type(Part& part) {
  const Section& section = part.section;
  if (section.type_key.empty()) return;
  Settings& settings = part.table.settings;
  const Texts types = names_of(section.types);
  if (!settings.has(section.type_key)) {
    if (section.default_type.empty()) {
      fail(part.table.where, part.place() + "missing key \"" + section.type_key + "\": " + join_or(types));
    }
    settings.set(section.type_key, section.default_type);
  }
  Settings only_type;
  const Settings::Entry* entry = settings.find(section.type_key);
  only_type.set(entry->name, entry->value, entry->where);
  only_type.complete({{.name = section.type_key, .kind = Kind::text, .fallback = {}, .doc = ""}}, part.owner);
  const std::string& name = only_type.text(section.type_key);
  part.type = find_type(section, name);
  if (part.type == nullptr) {
    const std::string near = did_you_mean(name, types);
    fail(entry->where, part.place() + "unknown " + section.type_key + " \"" + brief(name) + "\"" +
                           (near.empty() ? "; expected " + join_or(types) : near));
  }
  part.owner += " (" + name + ")";
}

/// Whether a key's place is the command line.
bool is_override(const std::string& where) { return where.starts_with("-s "); }

/// The message about an unknown key, without hints.
std::string unknown_key_text(const Part& part, const std::string& key) {
  const std::string unknown = "unknown key \"" + brief(key) + "\"";
  if (part.section.name == "layer") return part.place() + unknown;
  return part.owner.empty() ? unknown : unknown + " in " + part.owner;
}

/// A hint for a key of the file whose type an override has changed: how to override the whole section. "" for others.
std::string replacement_hint(const Part& part, const Settings::Entry& entry) {
  const std::string& type_key = part.section.type_key;
  const bool stranded = !is_override(entry.where) && is_override(part.table.settings.where(type_key));
  if (!stranded || part.section.name == "layer") return "";
  return "; to drop the file's keys, override the whole section: -s '" + part.section.name + "={" + type_key + "=\"" +
         part.type->name + "\"}'";
}

/// A hint for a key that -s gives without its section, naming up to four keys that end so: "; did you mean
/// train.epochs?"
std::string section_hint(const std::string& name, const std::vector<Section>& catalog) {
  constexpr std::size_t many = 4;
  Texts meant = override_keys(catalog);
  std::erase_if(meant, [&](const std::string& key) { return !key.ends_with("." + name); });
  return meant.empty() || meant.size() > many ? "" : "; did you mean " + join_or(meant) + "?";
}

/// A hint where a key may belong or what it may have meant.
std::string unknown_key_hint(const Part& part, const Settings::Entry& entry, const std::vector<Section>& catalog) {
  const bool sectionless = part.section.name.empty() && is_override(entry.where);
  const std::string hint = sectionless ? section_hint(entry.name, catalog) : "";
  return hint.empty() ? key_hint(entry.name, part.section, part.type, catalog) : hint;
}

/// Throws Error{config} with hints for the first key that is not one of `keys`.
void reject_unknown_keys(const Part& part, const std::vector<KeySchema>& keys, const std::vector<Section>& catalog) {
  for (const auto& entry : part.table.settings.entries()) {
    if (find_key(keys, entry.name) != nullptr) continue;
    fail(entry.where,
         unknown_key_text(part, entry.name) + unknown_key_hint(part, entry, catalog) + replacement_hint(part, entry));
  }
}

/// The keys whose defaults `chooser` decides, "momentum, epsilon", where the file gives all of them; else "".
std::string given_by_file(const std::string& chooser, const Settings& settings, const std::vector<KeySchema>& keys) {
  std::string names;
  for (const KeySchema& key : keys) {
    if (key.fallback_by.key != chooser) continue;
    const std::string where = settings.where(key.name);
    if (where.empty() || is_override(where)) return "";
    names += (names.empty() ? "" : ", ") + key.name;
  }
  return names;
}

/// Throws Error{config} for an override that only chooses defaults of keys which the file gives: it would change
/// nothing.
void reject_idle_overrides(const Part& part, const std::vector<KeySchema>& keys) {
  for (const auto& entry : part.table.settings.entries()) {
    const std::string given = is_override(entry.where) ? given_by_file(entry.name, part.table.settings, keys) : "";
    if (given.empty()) continue;
    fail(entry.where, part.place() + "\"" + entry.name + "\" would change nothing: the file gives the keys whose " +
                          "defaults it decides: " + given + "; set those");
  }
}

/// Turns a single text into a list of one for keys that take names.
void texts_to_lists(Settings& settings, const std::vector<KeySchema>& keys) {
  const Settings given = settings;
  for (const auto& entry : given.entries()) {
    const KeySchema* key = find_key(keys, entry.name);
    const auto* text = std::get_if<std::string>(&entry.value);
    if (key != nullptr && key->kind == Kind::names && text != nullptr)
      settings.set(entry.name, Texts{*text}, entry.where);
  }
}

/// Checks the part's keys and adds defaults. Throws Error{config}.
void complete_part(Part& part, const std::vector<Section>& catalog) {
  const std::vector<KeySchema> keys = keys_with(part.section, part.type);
  reject_unknown_keys(part, keys, catalog);
  reject_idle_overrides(part, keys);
  texts_to_lists(part.table.settings, keys);
  try {
    part.table.settings.complete(keys, part.owner);
  } catch (const Error& error) {
    // A missing key has no place of its own: the table's is the nearest.
    const std::string message = error.what();
    fail(message.starts_with(shown(part.owner) + ": missing key") ? part.table.where : "", message);
  }
}

/// The checked and completed table of a section, empty where the document has none. Throws Error{config}.
Part section_part(const Document& document, const std::string& name, const std::vector<Section>& catalog) {
  const Section& section = find_section(catalog, name);
  const auto table = document.sections.find(name);
  Part part{section, table == document.sections.end() ? Table{} : table->second, name.empty() ? "" : heading(section)};
  if (part.table.where.empty()) part.table.where = document.sections.at("").where;  // the nearest place: the file
  determine_type(part);
  complete_part(part, catalog);
  return part;
}

/// The type and settings of a section with types, checked and completed. Throws Error{config}.
Spec section_spec(const Document& document, const std::string& name, const std::vector<Section>& catalog) {
  Part part = section_part(document, name, catalog);
  part.table.settings.erase(part.section.type_key);
  return {part.type->name, std::move(part.table.settings)};
}

/// Sets the kernel regularizers of [train] on a layer whose type takes them and which sets none.
void inherit_regularizer(Settings& layer, const TypeSchema& type, const Settings& train) {
  for (const auto& entry : train.entries()) {
    if (!entry.name.starts_with(regularizer) || layer.has(entry.name)) continue;
    if (find_key(type.keys, entry.name) != nullptr) layer.set(entry.name, entry.value, entry.where);
  }
}

/// Checks and completes the table of layer `number`, counted from 1. Throws Error{config}.
SwitchedLayer assemble_layer(Table table, std::size_t number, const Settings& train,
                             const std::vector<Section>& catalog) {
  std::string owner = "layer " + std::to_string(number);
  const std::string name = table.settings.text_or("name", "");
  if (!name.empty()) owner += " \"" + brief(name) + "\"";
  Part part{find_section(catalog, "layer"), std::move(table), owner};
  determine_type(part);
  inherit_regularizer(part.table.settings, *part.type, train);
  complete_part(part, catalog);

  Settings& settings = part.table.settings;
  LayerSpec layer;
  layer.type = part.type->name;
  layer.name = settings.text("name");
  layer.inputs = settings.texts("inputs");
  layer.trainable = settings.flag("trainable");
  layer.where = part.table.where;
  const std::string problem = layers::name_problem(layer.name);
  if (!problem.empty()) fail(settings.where("name"), owner + ": " + problem);
  const bool enabled = settings.flag("enabled");
  for (const auto& key : part.section.keys) settings.erase(key.name);
  layer.settings = std::move(settings);
  return {std::move(layer), enabled};
}

/// The enabled layers, checked and completed. Throws Error{config}, also for a name that is used twice.
std::vector<LayerSpec> assemble_layers(const Document& document, const Settings& train,
                                       const std::vector<Section>& catalog) {
  std::vector<SwitchedLayer> layers;
  std::map<std::string, std::size_t> numbers;
  for (const auto& table : document.layers) {
    const std::size_t number = layers.size() + 1;
    SwitchedLayer switched = assemble_layer(table, number, train, catalog);
    const LayerSpec& layer = switched.layer;
    const auto [earlier, is_new] = numbers.emplace(layer.name, number);
    if (!is_new) {
      fail(table.settings.where("name").empty() ? layer.where : table.settings.where("name"),
           "layer " + std::to_string(number) + " (" + layer.type + "): the name \"" + layer.name +
               "\" is taken by layer " + std::to_string(earlier->second) + " at " +
               layers[earlier->second - 1].layer.where);
    }
    layers.push_back(std::move(switched));
  }
  return enabled_layers(std::move(layers));
}

/// Throws Error{config} unless the experiment's name can be that of a folder.
void check_run_name(const Settings& run) {
  const std::string& name = run.text("name");
  const bool plain = !name.empty() && name.size() <= 80 && name[0] != '.' && std::ranges::all_of(name, [](char c) {
    return layers::is_name_character(c) || c == '.' || c == ' ';
  });
  if (plain) return;
  fail(run.where("name"),
       "\"name\" expects at most 80 letters, digits, \"_\", \"-\", \".\" or spaces, got \"" + brief(name) + "\"");
}

/// A file's name turned into a valid name of an experiment.
std::string valid_run_name(std::string name) {
  std::ranges::replace_if(
      name, [](char c) { return !layers::is_name_character(c) && c != '.'; }, '_');
  return name.empty() || name[0] == '.' ? "unnamed" : name.substr(0, 80);
}

/// The section's types that take the key, without `type`.
Texts types_with(const std::string& key, const Section& section, const TypeSchema* type) {
  Texts types;
  for (const auto& other : section.types) {
    if (&other != type && find_key(other.keys, key) != nullptr) types.push_back(other.name);
  }
  return types;
}

}  // namespace

std::string key_hint(const std::string& key, const Section& section, const TypeSchema* type,
                     const std::vector<Section>& catalog) {
  constexpr std::size_t many = 4;
  const Texts types = types_with(key, section, type);
  if (!types.empty() && types.size() <= many) return "; it belongs to " + join_or(types);
  for (const auto& other : catalog) {
    if (other.name == section.name || other.name == "layer" || key == other.type_key) continue;
    const bool common = find_key(other.keys, key) != nullptr;
    if (common || !types_with(key, other, nullptr).empty()) return "; it belongs to " + heading(other);
  }
  return did_you_mean(key, names_of(keys_with(section, type)));
}

Config assemble(Document document, const std::string& name, const std::vector<Section>& catalog) {
  Config config;
  Settings& top = document.sections[""].settings;
  if (!top.has("name")) top.set("name", valid_run_name(name));
  config.run = section_part(document, "", catalog).table.settings;
  config.run.erase("extends");
  check_run_name(config.run);
  config.data = section_part(document, "data", catalog).table.settings;
  config.augmentation = section_part(document, "augmentation", catalog).table.settings;
  config.train = section_part(document, "train", catalog).table.settings;
  config.diagnostics = section_part(document, "diagnostics", catalog).table.settings;
  config.optimizer = section_spec(document, "optimizer", catalog);
  config.schedule = section_spec(document, "schedule", catalog);
  config.loss = section_spec(document, "loss", catalog);
  if (document.layers.empty()) {
    fail(document.sections[""].where, "no layers: expected at least one [[layer]] table");
  }
  config.layers = assemble_layers(document, config.train, catalog);
  return config;
}

}  // namespace convoy
