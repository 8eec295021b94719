#include <iostream>

#include "convoy/model.h"
#include "hints.h"
#include "options.h"
#include "verb.h"

namespace convoy::app {
namespace {

void declare_summary(Options& options) { options.add_overrides(); }

/// Prints the layers of a configuration or a model.
int run_summary(const Options& options) {
  const std::filesystem::path path = options.positional()[0];
  if (is_model_operand(options)) {
    std::cout << text(Model::load(model_file(path), 1).summary());
  } else {
    std::cout << text(Model::from_config(load_config(config_file(path), options.overrides()), 1).summary());
  }
  return ok;
}

}  // namespace

const Verb summary_verb = {.name = "summary",
                           .operands = "CONFIG|MODEL",
                           .help = "Show layers, shapes, parameters and work.",
                           .examples =
                               "convoy summary configs/mnist_cnn.toml\n"
                               "convoy summary runs/mnist_cnn",
                           .declare = declare_summary,
                           .run = run_summary};

}  // namespace convoy::app
