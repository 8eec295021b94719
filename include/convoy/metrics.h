#pragma once

#include <cstdint>
#include <vector>

namespace convoy {

/// What evaluation over a data set found.
struct Evaluation {
  double loss = 0;      ///< mean over the samples, without regularisation
  double accuracy = 0;  ///< share of samples whose largest output is the label's; 0 without classes
  double top_k = 0;     ///< share of samples whose label is among the k largest outputs
  int k = 5;
  int samples = 0;
  double seconds = 0;
  int classes = 0;
  std::vector<std::int64_t> confusion;  ///< classes x classes, row = label, column = prediction
};

}  // namespace convoy
