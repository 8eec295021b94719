#include <iostream>

#include "convoy/experiment.h"
#include "options.h"
#include "verb.h"

namespace convoy::app {
namespace {

Model model_of(const Config& config) {
  if (config.run.has("input_shape")) return Model::from_config(config, {}, 1);
  const DataSplits data = load_data(config.data, static_cast<std::uint64_t>(config.run.integer("seed")));
  return Model::from_config(config, data.train.shape(), 1);
}

}  // namespace

int summary(const Arguments& arguments) {
  Options options("summary");
  options.add_overrides();
  if (!options.parse(arguments, 1, 1, "one CONFIG or MODEL")) return ok;
  const std::filesystem::path path = options.positional()[0];
  if (path.extension() == ".toml") {
    std::cout << text(model_of(load_config(path, options.overrides())).summary());
  } else {
    std::cout << text(Model::load(model_file(path), 1).summary());
  }
  return ok;
}

}  // namespace convoy::app
