#pragma once

#include <functional>
#include <vector>

#include "convoy/dataset.h"
#include "convoy/metrics.h"
#include "data/loader.h"
#include "graph/fold.h"
#include "graph/session.h"
#include "loss/loss.h"
#include "train/calibration.h"

namespace convoy {

/// A network in predict mode, folded, with a loss: evaluates and predicts data sets.
class Evaluator {
 public:
  /// All must outlive the evaluator. With a loss from logits a final softmax is left to the loss.
  Evaluator(const Network& network, const Weights& weights, const Loss& loss, ThreadPool& pool, int batch_size);

  /// Whether the loss has the penalties of regularisers, on weights and on activities, as in Keras; else not.
  void count_penalties(bool count) { counts_penalties_ = count; }

  /// Loss and metrics over `data`, in its order; its class numbers are the network's. After each batch `go_on` is told
  /// how many samples are done; where it returns false the evaluation ends with them. Throws Error{data} for samples of
  /// another shape or without labels.
  Evaluation evaluate(const Dataset& data, const Scaling& scaling, int k,
                      const std::function<bool(int done)>& go_on = {});

  /// The outputs for each sample, row-major; with a loss from logits these are probabilities.
  std::vector<float> predict(const Dataset& data, const Scaling& scaling);

 private:
  /// What the network says to a sample.
  struct Answer {
    int label = 0;
    int prediction = 0;
    int rank = 0;            ///< how many outputs come before the label's
    double probability = 0;  ///< of the prediction
  };

  void take_weights();
  void forward(const Batch& batch);
  bool gives_probabilities() const;
  void find_answers(const Batch& batch);
  void add_own_metrics(const Batch& batch, Evaluation& result);
  void count(int samples, Evaluation& result, Calibration& calibration) const;

  const Network& network_;
  const Weights& weights_;
  const Loss& loss_;
  FoldedNetwork folded_;
  Session session_;
  bool counts_penalties_ = false;
  std::vector<double> losses_;   ///< of the batch's samples
  std::vector<Answer> answers_;  ///< the same
};

}  // namespace convoy
