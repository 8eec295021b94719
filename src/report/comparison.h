#pragma once

#include <string>
#include <utility>
#include <vector>

#include "io/run_record.h"

namespace convoy {

/// Runs of one configuration with different seeds.
struct RunGroup {
  std::string name;
  /// The keys in which the groups differ, with this group's values: {"train.batch_size", "32"}. All groups name the
  /// same keys in the same order.
  std::vector<std::pair<std::string, std::string>> settings = {};
  std::vector<RunRecord> runs = {};
};

/// Everything that a page of comparison shows.
struct Comparison {
  std::string title;
  std::vector<RunGroup> groups = {};
};

/// One HTML page that needs nothing else: each group's mean curves with the band from its lowest to its highest run,
/// and a table of the final figures.
std::string html(const Comparison& comparison);

}  // namespace convoy
