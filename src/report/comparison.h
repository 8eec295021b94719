#pragma once

#include <string>
#include <utility>
#include <vector>

#include "io/run_record.h"

namespace convoy {

/// Runs that differ in nothing but seed and name.
struct RunGroup {
  std::string name;
  /// The keys in which the groups differ, with this group's values: {"train.batch_size", "32"}. All groups name the
  /// same keys in the same order.
  std::vector<std::pair<std::string, std::string>> settings = {};
  std::vector<RunRecord> runs = {};
};

/// What a page that compares runs shows.
struct Comparison {
  std::string title;
  std::vector<RunGroup> groups = {};
};

/// One HTML page that needs no other file: each group's mean curves with the band from its lowest to its highest run,
/// and tables of the final figures, the differing keys and the runs.
std::string html(const Comparison& comparison);

}  // namespace convoy
