#include <iostream>

#include "convoy/experiment.h"
#include "options.h"
#include "verb.h"

namespace convoy::app {

int summary(const Arguments& arguments) {
  Options options("summary");
  options.add_overrides();
  if (!options.parse(arguments, 1, 1, "one CONFIG or MODEL")) return ok;
  const std::filesystem::path path = options.positional()[0];
  if (path.extension() == ".toml") {
    std::cout << text(Model::from_config(load_config(path, options.overrides()), 1).summary());
  } else {
    std::cout << text(Model::load(model_file(path), 1).summary());
  }
  return ok;
}

}  // namespace convoy::app
