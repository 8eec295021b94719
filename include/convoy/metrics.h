#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace convoy {

/// The name of class `number`, or the number itself where it has no name.
std::string class_name(const std::vector<std::string>& names, int number);

/// A sample for which another class than its own was predicted.
struct Mistake {
  int sample = 0;  ///< its number in the data set
  int label = 0;
  int prediction = 0;
  double probability = 0;  ///< of the prediction, or its output where the network gives no probabilities
  double loss = 0;
};

/// A confusion matrix: how often samples of one class were predicted as another. Only pairs that occurred take memory,
/// as there may be many classes.
class Confusion {
 public:
  struct Pair {
    int label = 0;
    int prediction = 0;
    std::int64_t count = 0;
    bool operator==(const Pair&) const = default;
  };

  /// Adds `count` to a pair.
  void add(int label, int prediction, std::int64_t count = 1);
  /// How often the pair occurred.
  std::int64_t count(int label, int prediction) const;
  bool empty() const { return counts_.empty(); }
  /// All pairs that occurred, sorted by label, then by prediction.
  std::vector<Pair> pairs() const;
  /// The pairs of different classes, the most frequent first, at most `most`.
  std::vector<Pair> most_confused(std::size_t most) const;

 private:
  std::map<std::pair<int, int>, std::int64_t> counts_;
};

/// How well a class was recognised. A share of nothing is 0, as in scikit-learn.
struct ClassScore {
  std::int64_t samples = 0;      ///< number of samples of the class
  std::int64_t predictions = 0;  ///< number of samples that were predicted as it
  double precision = 0;          ///< share of these predictions that are right
  double recall = 0;             ///< share of the class's samples that were predicted as it
  double f1 = 0;                 ///< harmonic mean of precision and recall
};

/// The results of an evaluation over a data set.
struct Evaluation {
  double loss = 0;      ///< mean over the samples, without regularisation
  double accuracy = 0;  ///< share of samples whose largest output is the label's; 0 without classes
  double top_k = 0;     ///< share of samples whose label is among the k largest outputs
  int k = 5;            ///< the k of top_k
  int samples = 0;
  double seconds = 0;  ///< duration of the evaluation
  int classes = 0;
  Confusion confusion = {};  ///< empty without classes
  /// Expected calibration error (Guo et al. 2017, "On calibration of modern neural networks"): the samples fall into 15
  /// equally wide bins by the probability of their prediction; the mean over the samples of |accuracy - mean
  /// probability| of their bin. Nothing where outputs are no probabilities.
  std::optional<double> calibration_error = {};
  std::vector<Mistake> mistakes = {};          ///< in the data's order
  std::map<std::string, double> metrics = {};  ///< registered by a program (extend.h): means over the samples
};

/// The scores by class number; empty where the confusion matrix is.
std::vector<ClassScore> class_scores(const Evaluation& evaluation);

/// Precision, recall and F1 as means over the classes that have samples ("macro averages"), samples and predictions as
/// sums.
ClassScore macro_average(const std::vector<ClassScore>& scores);

/// The mistakes with the highest losses, worst first (NaN is worst), at most `most`.
std::vector<Mistake> worst_mistakes(const Evaluation& evaluation, std::size_t most);

}  // namespace convoy
