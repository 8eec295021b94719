#pragma once

#include <string>

#include "convoy/callbacks.h"

namespace convoy::app {

/// "55000 training, 5000 validation, 10000 test: 28x28x1, 10 classes"
std::string samples_text(const RunSetup& setup);

/// "6 layers, 387,850 parameters"
std::string network_text(const RunSetup& setup);

}  // namespace convoy::app
