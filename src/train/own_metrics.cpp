#include "train/own_metrics.h"

#include <utility>

#include "convoy/error.h"

namespace convoy {
namespace {

/// The table that register_metric adds to and own_metrics returns.
std::map<std::string, OwnMetric>& registered_metrics() {
  static std::map<std::string, OwnMetric> metrics;
  return metrics;
}

}  // namespace

const std::map<std::string, OwnMetric>& own_metrics() { return registered_metrics(); }

void register_metric(const std::string& name, OwnMetric metric) {
  if (name.empty()) throw Error(ErrorKind::config, "own metric: it needs a name");
  if (!registered_metrics().emplace(name, std::move(metric)).second) {
    throw Error(ErrorKind::config, "own metric \"" + name + "\": there is one of that name");
  }
}

}  // namespace convoy
