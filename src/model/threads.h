#pragma once

#include <algorithm>

#include "convoy/config.h"
#include "convoy/machine.h"

namespace convoy {

/// The number of threads to compute with: `wanted`, or if that is 0 the configuration's, but at most one for each core,
/// since the configuration inside an unknown model may ask for a thousand. 0 means all cores.
inline int threads_for(const Config& config, int wanted) {
  return wanted > 0 ? wanted : std::min(config.run.integer("threads"), cores());
}

}  // namespace convoy
