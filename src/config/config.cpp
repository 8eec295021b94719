#include "convoy/config.h"

#include <system_error>

#include "config/catalog.h"
#include "config/explain.h"
#include "config/load.h"
#include "config/schema.h"

namespace convoy {

Config load_config(const std::filesystem::path& file, const std::vector<std::string>& overrides) {
  const ConfigText source = read_config_text(file);
  std::error_code ignored;
  Config config = build_config(source, overrides, {std::filesystem::weakly_canonical(file, ignored)}, catalog());
  config.path = file;
  return config;
}

Config parse_config(const std::string& text, const std::string& name, const std::filesystem::path& folder,
                    const std::vector<std::string>& overrides) {
  return build_config({text, name, folder}, overrides, {}, catalog());
}

std::string explain_key(const std::string& key) { return explain(key, catalog()); }

std::string config_schema() { return json_schema(catalog()); }

}  // namespace convoy
