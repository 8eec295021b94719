#include "config/load.h"

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>

#include "config/assemble.h"
#include "config/document.h"
#include "config/experiment.h"
#include "config/fail.h"
#include "config/home.h"
#include "config/override.h"
#include "config/sweep.h"
#include "convoy/error.h"
#include "core/value_text.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t max_file_bytes = 1U << 20U;  // ten times a configuration of 500 layers
constexpr std::size_t max_extends = 8;

/// Erases the section's keys in `base` that not all types share, if `given` sets another type: they were for the old
/// one.
void drop_keys_of_other_type(Settings& base, const Settings& given, const Section& section) {
  if (!given.has(section.type_key)) return;
  const std::string type = given.text_or(section.type_key, "");
  if (type == base.text_or(section.type_key, section.default_type)) return;
  const Settings before = base;
  for (const auto& entry : before.entries()) {
    if (find_key(section.keys, entry.name) == nullptr) base.erase(entry.name);
  }
}

/// `base` with the keys, layers and apart sections of `given` in place of its own. The base's name is dropped.
Document merged(Document base, Document given, const std::vector<Section>& catalog) {
  base.sections[""].settings.erase("name");
  for (auto& [name, table] : given.sections) {
    Table& target = base.sections[name];
    const Section& section = find_section(catalog, name);
    if (!section.type_key.empty()) drop_keys_of_other_type(target.settings, table.settings, section);
    for (const auto& entry : table.settings.entries()) target.settings.set(entry.name, entry.value, entry.where);
    target.where = table.where;
  }
  if (!given.layers.empty()) base.layers = std::move(given.layers);
  for (auto& [name, entries] : given.apart) base.apart[name] = std::move(entries);
  return base;
}

/// The absolute path of the file that `extends` names, relative to `folder`. Throws Error{config} where it is one of
/// `chain`, the files that led here, where these are too many, and for a pipe or a device.
fs::path base_file(const Settings::Entry& extends, const fs::path& folder, const std::vector<fs::path>& chain) {
  const auto* text = std::get_if<std::string>(&extends.value);
  if (text == nullptr || text->empty()) fail(extends.where, "\"extends\" expects the path of a file");
  std::error_code ignored;
  fs::path file = fs::weakly_canonical(folder / with_home(*text, extends.where), ignored);
  if (fs::is_other(file, ignored)) {
    fail(extends.where, "\"extends\": " + file.string() + ": not a regular file");
  }
  if (std::ranges::find(chain, file) != chain.end()) {
    fail(extends.where, "\"extends\" leads in a circle back to \"" + brief(*text) + "\"");
  }
  if (chain.size() > max_extends) {
    fail(extends.where, "too many files extend each other, at most " + std::to_string(max_extends));
  }
  return file;
}

}  // namespace

ConfigText read_config_text(const fs::path& file) {
  ConfigText source{"", file.string(), file.parent_path()};
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (!fs::status_known(status)) fail(source.name, "cannot be read: " + error.message());
  if (!fs::exists(status)) fail(source.name, "no such file");
  if (fs::is_directory(status)) fail(source.name, "is a folder, expected a TOML file");
  std::ifstream stream(file, std::ios::binary);
  source.text.resize(max_file_bytes + 1);
  stream.read(source.text.data(), static_cast<std::streamsize>(source.text.size()));
  if (!stream.eof() && !stream.good()) fail(source.name, "cannot be read");
  source.text.resize(static_cast<std::size_t>(stream.gcount()));
  if (source.text.size() > max_file_bytes) fail(source.name, "is larger than 1 MB, expected a TOML file");
  return source;
}

Document read_document(const ConfigText& source, std::vector<fs::path> chain, const std::vector<Section>& catalog) {
  Document document = parse_document(source.text, source.name, catalog);
  for (const char* section : {"", "data"}) resolve_paths(document.sections[section].settings, source.folder.string());
  for (auto& [_, section] : document.apart) section.folder = source.folder.string();
  const Settings& top = document.sections[""].settings;
  const Settings::Entry* extends = top.find("extends");
  if (extends == nullptr) return document;
  const fs::path file = base_file(*extends, source.folder, chain);
  ConfigText base;
  try {
    base = read_config_text(file);
  } catch (const Error& error) {
    fail(extends->where, std::string("\"extends\": ") + error.what());
  }
  const std::string written = with_home(std::get<std::string>(extends->value), extends->where);
  base.name = (fs::path(source.name).parent_path() / written).lexically_normal().string();
  chain.push_back(file);
  return merged(read_document(base, std::move(chain), catalog), std::move(document), catalog);
}

Config build_config_with(const ConfigText& source, const std::vector<Override>& overrides,
                         const std::vector<fs::path>& chain, const std::vector<Section>& catalog) {
  Document document = read_document(source, chain, catalog);
  if (const auto sweep = document.apart.find("sweep"); sweep != document.apart.end()) {
    read_sweep(sweep->second, find_section(catalog, "sweep"));  // a mistake in it is one of the file
  }
  if (const auto experiment = document.apart.find("experiment"); experiment != document.apart.end()) {
    read_experiment(experiment->second, find_section(catalog, "experiment"));
  }
  name_layers(document, find_section(catalog, "layer"));
  for (const auto& given : overrides) apply_override(document, given, catalog);
  Config config = assemble(std::move(document), fs::path(source.name).stem().string(), catalog);
  resolve_paths(config.data, fs::current_path().string());  // what is still relative is a default
  config.source = source.text;
  return config;
}

Config build_config(const ConfigText& source, const std::vector<std::string>& overrides,
                    const std::vector<fs::path>& chain, const std::vector<Section>& catalog) {
  std::vector<Override> given;
  for (const auto& text : overrides) given.push_back(command_line_override(text));
  return build_config_with(source, given, chain, catalog);
}

}  // namespace convoy
