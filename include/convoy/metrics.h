#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace convoy {

/// The name of a class, or its number where it has none.
std::string class_name(const std::vector<std::string>& names, int number);

/// A sample that was taken for another class.
struct Mistake {
  int sample = 0;  ///< its place in the data set
  int label = 0;
  int prediction = 0;
  double probability = 0;  ///< of the prediction; its output, where the network gives no probabilities
  double loss = 0;
};

/// How often which class was taken for which. Only what occurred takes memory: classes may be many.
class Confusion {
 public:
  struct Pair {
    int label = 0;
    int prediction = 0;
    std::int64_t count = 0;
    bool operator==(const Pair&) const = default;
  };

  void add(int label, int prediction, std::int64_t count = 1);
  std::int64_t count(int label, int prediction) const;
  bool empty() const { return counts_.empty(); }
  /// What occurred, by label, then by prediction.
  std::vector<Pair> pairs() const;
  /// The pairs of different classes, the most frequent first; at most so many.
  std::vector<Pair> most_confused(std::size_t most) const;

 private:
  std::map<std::pair<int, int>, std::int64_t> counts_;
};

/// How a class fared. A share of nothing is 0, as in scikit-learn.
struct ClassScore {
  std::int64_t samples = 0;      ///< of the class: its support
  std::int64_t predictions = 0;  ///< samples that were taken for it
  double precision = 0;          ///< share of the predictions that are right
  double recall = 0;             ///< share of the samples that were found
  double f1 = 0;                 ///< harmonic mean of precision and recall
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
  Confusion confusion = {};  ///< empty without classes
  /// Expected calibration error (Guo et al. 2017, "On calibration of modern neural networks"): the samples fall into 15
  /// equally wide bins by the probability of their prediction; the mean over the samples of |accuracy - mean
  /// probability| of their bin. Nothing where outputs are no probabilities.
  std::optional<double> calibration_error = {};
  std::vector<Mistake> mistakes = {};          ///< in the data's order
  std::map<std::string, double> metrics = {};  ///< a program's own, means over the samples: see extend.h
};

/// By class number; empty without classes.
std::vector<ClassScore> class_scores(const Evaluation& evaluation);

/// Precision, recall and F1 as means over the classes that have samples ("macro averages"), samples and predictions as
/// sums.
ClassScore macro_average(const std::vector<ClassScore>& scores);

/// The mistakes with the highest losses, worst first; at most so many.
std::vector<Mistake> worst_mistakes(const Evaluation& evaluation, std::size_t most);

}  // namespace convoy
