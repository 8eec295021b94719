#pragma once

#include <cstdint>
#include <vector>

namespace convoy {

/// A sample that was taken for another class.
struct Mistake {
  int sample = 0;  ///< its place in the data set
  int label = 0;
  int prediction = 0;
  double probability = 0;  ///< of the prediction; its output, where the network gives no probabilities
  double loss = 0;
};

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
  std::vector<Mistake> worst;           ///< the mistakes with the highest losses, at most 24, worst first
};

}  // namespace convoy
