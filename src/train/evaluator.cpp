#include "train/evaluator.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "core/stopwatch.h"
#include "train/batch.h"

namespace convoy {
namespace {

/// How many outputs come before the label's: larger ones, earlier equal ones (as in argmax) and, so that NaN never
/// counts as right, those that do not compare.
int rank_of(int label, std::span<const float> outputs) {
  const auto at = static_cast<std::size_t>(label);
  int rank = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (i != at && (!(outputs[i] <= outputs[at]) || (outputs[i] == outputs[at] && i < at))) ++rank;
  }
  return rank;
}

constexpr std::size_t most_mistakes = 24;

double probability_of(int place, std::span<const float> outputs, bool logits) {
  const auto at = static_cast<std::size_t>(place);
  if (!logits) return outputs[at];
  std::vector<float> probabilities(outputs.size());
  softmax(outputs, probabilities.data());
  return probabilities[at];
}

}  // namespace

Evaluator::Evaluator(const Network& network, const Weights& weights, const Loss& loss, ThreadPool& pool, int batch_size)
    : network_(network),
      weights_(weights),
      loss_(loss),
      folded_(network, weights),
      session_(folded_.network(), folded_.weights(), Mode::predict, batch_size,
               loss.from_logits() ? folded_.network().logits() : folded_.network().output(), pool),
      losses_(static_cast<std::size_t>(batch_size)) {}

/// The weights may have changed since the last call.
void Evaluator::take_weights() {
  folded_.refresh(network_, weights_);
  session_.prepare();
}

Evaluation Evaluator::evaluate(const Dataset& data, const Scaling& scaling, int k,
                               const std::function<bool(int done)>& go_on) {
  const Stopwatch watch;
  take_weights();
  Evaluation result;
  result.classes = static_cast<int>(session_.output_shape().size());
  result.k = std::min(k, result.classes);
  result.confusion.assign(static_cast<std::size_t>(result.classes) * static_cast<std::size_t>(result.classes), 0);
  check_fits(data, session_.network().input_shape(), result.classes);
  Loader loader(data, scaling, {.batch_size = session_.max_batch()});
  loader.start(0);
  while (const Batch* batch = loader.next()) {
    forward(*batch);
    compute_losses(loss_, *batch, session_, 1, losses_);
    count(*batch, result);
    if (go_on && !go_on(result.samples)) break;
  }
  result.loss /= result.samples;
  result.accuracy /= result.samples;
  result.top_k /= result.samples;
  result.seconds = watch.seconds();
  return result;
}

void Evaluator::count(const Batch& batch, Evaluation& result) {
  const int first = result.samples;
  result.samples += batch.size;
  for (int n = 0; n < batch.size; ++n) result.loss += losses_[static_cast<std::size_t>(n)];
  if (result.classes < 2) return;  // regression on one number has no classes
  for (int n = 0; n < batch.size; ++n) {
    const std::span<const float> outputs(session_.output()[n], static_cast<std::size_t>(result.classes));
    const int label = class_of(target_of(batch, n), result.classes);
    const int rank = rank_of(label, outputs);
    result.accuracy += rank == 0 ? 1 : 0;
    result.top_k += rank < result.k ? 1 : 0;
    const int prediction = argmax(outputs);
    ++result.confusion[static_cast<std::size_t>(label * result.classes + prediction)];
    if (prediction == label) continue;
    note(result.worst, {first + n, label, prediction, 0, losses_[static_cast<std::size_t>(n)]}, outputs);
  }
}

/// Keeps a mistake if it is among the worst.
void Evaluator::note(std::vector<Mistake>& worst, Mistake mistake, std::span<const float> outputs) const {
  if (worst.size() == most_mistakes && !(mistake.loss > worst.back().loss)) return;
  mistake.probability = probability_of(mistake.prediction, outputs, loss_.from_logits());
  worst.insert(std::ranges::upper_bound(worst, mistake.loss, std::greater{}, &Mistake::loss), mistake);
  if (worst.size() > most_mistakes) worst.pop_back();
}

std::vector<float> Evaluator::predict(const Dataset& data, const Scaling& scaling) {
  const std::size_t size = session_.output_shape().size();
  std::vector<float> outputs(static_cast<std::size_t>(data.size()) * size);
  float* row = outputs.data();
  take_weights();
  Loader loader(data, scaling, {.batch_size = session_.max_batch()});
  loader.start(0);
  while (const Batch* batch = loader.next()) {
    forward(*batch);
    copy_outputs(session_, batch->size, loss_.from_logits(), row);
    row += static_cast<std::size_t>(batch->size) * size;
  }
  return outputs;
}

void Evaluator::forward(const Batch& batch) {
  copy_inputs(batch, session_);
  session_.forward(batch.size);
}

}  // namespace convoy
