#include "train/evaluator.h"

#include <algorithm>
#include <cmath>

#include "core/stopwatch.h"
#include "loss/softmax.h"
#include "train/batch.h"
#include "train/own_metrics.h"

namespace convoy {
namespace {

/// The number of outputs before the label's: larger ones, equal ones at a lower index (as in argmax) and all that do
/// not compare, so that NaN never counts as right.
int rank_of(int label, std::span<const float> outputs) {
  const auto at = static_cast<std::size_t>(label);
  int rank = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (i != at && (!(outputs[i] <= outputs[at]) || (outputs[i] == outputs[at] && i < at))) ++rank;
  }
  return rank;
}

/// What the largest output says as a probability.
double probability_of(float largest, std::span<const float> outputs, Link link) {
  if (link == Link::softmax) return 1 / sum_of_exponentials(outputs);
  return static_cast<double>(link == Link::sigmoid ? sigmoid(largest) : largest);
}

}  // namespace

Evaluator::Evaluator(const Network& network, const Weights& weights, const Loss& loss, ThreadPool& pool, int batch_size)
    : network_(network),
      weights_(weights),
      loss_(loss),
      folded_(network, weights),
      session_(folded_.network(), folded_.weights(), Mode::predict, batch_size,
               last_node(folded_.network(), loss.link()), pool),
      losses_(static_cast<std::size_t>(batch_size)),
      answers_(static_cast<std::size_t>(batch_size)) {}

/// Folds the present weights, which may have changed since the last call.
void Evaluator::refresh_weights() {
  folded_.refresh(network_, weights_);
  session_.prepare();
}

Evaluation Evaluator::evaluate(const Dataset& data, const Scaling& scaling, int k,
                               const std::function<bool(int done)>& keep_going) {
  const Stopwatch watch;
  refresh_weights();
  Evaluation result;
  result.classes = static_cast<int>(session_.output_shape().size());
  result.k = std::min(k, result.classes);
  check_fits(data, session_.network().input_shape(), result.classes);
  const bool has_classes = result.classes > 1;  // regression on one number has none
  Calibration calibration;
  Loader loader(data, scaling, {.batch_size = session_.max_batch()});
  loader.start(0);
  while (const Batch* batch = loader.next()) {
    forward(*batch);
    compute_losses(loss_, *batch, session_, 1, losses_);
    if (has_classes) {
      find_answers(*batch);
      count(batch->size, result, calibration);
    }
    if (has_classes) add_registered_metrics(*batch, result);
    for (int n = 0; n < batch->size; ++n)
      result.loss += losses_[static_cast<std::size_t>(n)] + (counts_penalties_ ? session_.penalty(n) : 0);
    result.samples += batch->size;
    if (keep_going && !keep_going(result.samples)) break;
  }
  result.loss /= result.samples;
  if (counts_penalties_) result.loss += penalty_on(weights_, network_);
  for (auto& [name, value] : result.metrics) value /= result.samples;
  result.accuracy /= result.samples;
  result.top_k /= result.samples;
  if (has_classes && gives_probabilities()) result.calibration_error = calibration.error();
  result.seconds = watch.seconds();
  return result;
}

/// Whether the outputs of the network are softmax probabilities, or become such in the loss.
bool Evaluator::gives_probabilities() const { return loss_.link() == Link::softmax || network_.ends_in_softmax(); }

/// Writes answers_ for the samples of the batch whose outputs are in the session, on all threads.
void Evaluator::find_answers(const Batch& batch) {
  session_.pool().run(batch.size, [&](int n, int) {
    const std::span<const float> outputs(session_.output()[n], session_.output_shape().size());
    Answer& answer = answers_[static_cast<std::size_t>(n)];
    answer.label = class_of(target_of(batch, n), static_cast<int>(outputs.size()));
    answer.prediction = argmax(outputs);
    answer.rank = rank_of(answer.label, outputs);
    const float largest = outputs[static_cast<std::size_t>(answer.prediction)];
    answer.probability = probability_of(largest, outputs, loss_.link());
  });
}

/// Adds the first `samples` of answers_ to the sums of accuracy and top_k, to confusion, mistakes and `calibration`.
void Evaluator::count(int samples, Evaluation& result, Calibration& calibration) const {
  for (int n = 0; n < samples; ++n) {
    const auto& [label, prediction, rank, probability] = answers_[static_cast<std::size_t>(n)];
    result.accuracy += rank == 0 ? 1 : 0;
    result.top_k += rank < result.k ? 1 : 0;
    result.confusion.add(label, prediction);
    calibration.add(probability, prediction == label);
    if (prediction == label) continue;
    result.mistakes.push_back(
        {result.samples + n, label, prediction, probability, losses_[static_cast<std::size_t>(n)]});
  }
}

/// Adds each registered metric's values for the samples of the batch to result.metrics.
void Evaluator::add_registered_metrics(const Batch& batch, Evaluation& result) {
  if (own_metrics().empty()) return;
  const std::size_t size = session_.output_shape().size();
  std::vector<float> outputs(static_cast<std::size_t>(batch.size) * size);
  copy_outputs(session_, batch.size, loss_.link(), outputs.data());
  for (const auto& [name, metric] : own_metrics()) {
    double& sum = result.metrics[name];
    for (int n = 0; n < batch.size; ++n) {
      const std::span<const float> row(outputs.data() + static_cast<std::size_t>(n) * size, size);
      sum += metric(row, answers_[static_cast<std::size_t>(n)].label);
    }
  }
}

std::vector<float> Evaluator::predict(const Dataset& data, const Scaling& scaling) {
  const std::size_t size = session_.output_shape().size();
  std::vector<float> outputs(static_cast<std::size_t>(data.size()) * size);
  float* row = outputs.data();
  refresh_weights();
  Loader loader(data, scaling, {.batch_size = session_.max_batch()});
  loader.start(0);
  while (const Batch* batch = loader.next()) {
    forward(*batch);
    copy_outputs(session_, batch->size, loss_.link(), row);
    row += static_cast<std::size_t>(batch->size) * size;
  }
  return outputs;
}

/// Copies the batch into the session and runs it forward.
void Evaluator::forward(const Batch& batch) {
  copy_inputs(batch, session_);
  session_.forward(batch.size);
}

}  // namespace convoy
