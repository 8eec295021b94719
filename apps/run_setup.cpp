#include "run_setup.h"

#include "convoy/number_text.h"

namespace convoy::app {

std::string samples_text(const RunSetup& setup) {
  return std::to_string(setup.training) + " training, " + std::to_string(setup.validation) + " validation, " +
         std::to_string(setup.test) + " test: " + setup.shape.text() +
         (setup.classes > 0 ? ", " + std::to_string(setup.classes) + " classes" : "");
}

std::string network_text(const RunSetup& setup) {
  return std::to_string(setup.layers) + " layers, " + with_separators(setup.parameters) + " parameters";
}

}  // namespace convoy::app
