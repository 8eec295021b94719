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
  /// All must outlive the evaluator. Where the loss takes logits, a final softmax or sigmoid is left to it.
  Evaluator(const Network& network, const Weights& weights, const Loss& loss, ThreadPool& pool, int batch_size);

  /// Sets whether the loss includes the penalties of regularisers, on weights and on activities, as in Keras. It does
  /// not at first.
  void count_penalties(bool count) { counts_penalties_ = count; }

  /// Loss and metrics over `data` with the present weights, samples in order; class numbers must be the network's.
  /// After each batch `keep_going` gets the number of samples that are done; where it returns false, the result is of
  /// these. Throws Error{data} for samples of another shape or without labels.
  Evaluation evaluate(const Dataset& data, const Scaling& scaling, int k,
                      const std::function<bool(int done)>& keep_going = {});

  /// The outputs for each sample with the present weights, row-major; where the loss takes logits, probabilities.
  std::vector<float> predict(const Dataset& data, const Scaling& scaling);

 private:
  /// What the network predicts for one sample of the batch, beside its label.
  struct Answer {
    int label = 0;
    int prediction = 0;
    int rank = 0;            ///< how many outputs come before the label's
    double probability = 0;  ///< of the prediction
  };

  void refresh_weights();
  void forward(const Batch& batch);
  bool gives_probabilities() const;
  void find_answers(const Batch& batch);
  void add_registered_metrics(const Batch& batch, Evaluation& result);
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
