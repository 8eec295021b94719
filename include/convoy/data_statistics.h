#pragma once

#include <string>
#include <vector>

#include "convoy/dataset.h"
#include "convoy/shape.h"

namespace convoy {

/// Counts and statistics of a data set.
struct DataStatistics {
  int samples = 0;
  Shape shape;
  double mean = 0, deviation = 0, min = 0, max = 0;
  std::vector<int> per_class = {};
  std::vector<std::string> class_names = {};  ///< as those of Dataset
  int duplicates = 0;                         ///< samples equal to an earlier one, byte for byte
};
/// Computes them over all samples, without scaling.
DataStatistics statistics_of(const Dataset& data);

}  // namespace convoy
