#include <sys/resource.h>

#include "convoy/machine.h"

namespace convoy {

double peak_rss_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;  // Linux counts KB
}

}  // namespace convoy
