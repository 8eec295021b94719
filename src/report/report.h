#pragma once

#include <string>
#include <utility>
#include <vector>

#include "convoy/callbacks.h"
#include "convoy/metrics.h"
#include "convoy/model.h"

namespace convoy {

/// Everything that the page of a run shows.
struct Report {
  std::string name;
  Summary summary;
  History history;
  int best_epoch = 0;
  Evaluation test = {};
  std::vector<std::string> class_names = {};                    ///< empty: numbers
  std::vector<std::pair<std::string, std::string>> facts = {};  ///< environment and times, as label and text
  std::string config = {};                                      ///< the resolved configuration
};

/// One HTML page that needs nothing else: figures, curves, confusion matrix, layers, configuration, environment.
std::string html(const Report& report);

}  // namespace convoy
