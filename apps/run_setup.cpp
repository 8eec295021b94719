#include "run_setup.h"

namespace convoy::app {
namespace {

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

}  // namespace

std::string samples_text(const RunSetup& setup) {
  return std::to_string(setup.training) + " training, " + std::to_string(setup.validation) + " validation, " +
         std::to_string(setup.test) + " test: " + setup.shape.text() +
         (setup.classes > 0 ? ", " + std::to_string(setup.classes) + " classes" : "");
}

std::string network_text(const RunSetup& setup) {
  return std::to_string(setup.layers) + " layers, " + grouped(setup.parameters) + " parameters";
}

}  // namespace convoy::app
