#pragma once

#include <algorithm>

#include "convoy/config.h"
#include "convoy/machine.h"

namespace convoy {

/// The threads to compute with: `wanted`, or if that is 0 what the configuration says, but no more than there are
/// cores: a model from elsewhere may ask for a thousand. 0: all cores.
inline int threads_for(const Config& config, int wanted) {
  return wanted > 0 ? wanted : std::min(config.run.integer("threads"), cores());
}

}  // namespace convoy
