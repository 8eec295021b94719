#include "train/recalibrate.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "convoy/error.h"
#include "core/random.h"
#include "train/batch.h"
#include "train/statistics_gap.h"

namespace convoy {
namespace {

bool is_trained_batch_norm(const Node& node) { return batch_norm_of(node) != nullptr && node.trainable; }

/// Samples drawn by the seed: the first ones of an image folder would all be of one class.
Dataset drawn_from(const Dataset& data, const Network& network, int images, std::uint64_t seed) {
  if (data.empty() || data.shape() != network.input_shape()) {
    throw Error(ErrorKind::data, "recalibrate: samples are " + data.shape().text() + ", the network expects " +
                                     network.input_shape().text());
  }
  const int count = std::min(data.size(), images);
  const std::vector<int> order = draw(data.size(), count, Random(seed, Purpose::recalibration));
  return data.select(std::span(order).first(static_cast<std::size_t>(count)));
}

}  // namespace

bool has_trained_batch_norm(const Network& network) {
  for (int i = 0; i <= network.logits(); ++i) {
    if (is_trained_batch_norm(network.node(i))) return true;
  }
  return false;
}

Recalibrator::Recalibrator(const Network& network, ThreadPool& pool, const Dataset& data, const Scaling& scaling,
                           const RecalibrateOptions& options, std::uint64_t seed, int groups)
    : network_(network),
      seed_(seed),
      // Merged, since a last batch of one feature vector would have no variance.
      loader_(drawn_from(data, network, options.images, seed), scaling,
              {.batch_size = options.batch_size, .last_batch = LastBatch::merge}),
      weights_(Weights::zeros(network)),
      session_(network, weights_, Mode::train, loader_.largest_batch(), network.logits(), pool, Retain::everything,
               groups) {
  for (int i = 0; i <= network.logits(); ++i) {
    if (is_trained_batch_norm(network.node(i))) populations_.push_back({.node = i});
  }
  if (populations_.empty())
    throw Error(ErrorKind::config, "recalibrate: the network has no batch norm that is trained");
  session_.check_training_batch(loader_.smallest_batch());
}

std::vector<Recalibration> Recalibrator::run(Weights& weights) {
  weights_.copy_from(weights);
  for (Population& population : populations_) population.input.clear();
  loader_.start(0);
  std::uint32_t step = 0;
  while (const Batch* batch = loader_.next()) {
    copy_inputs(*batch, session_);
    session_.forward(batch->size, seed_, step++);
    for (Population& population : populations_) {
      population.input.add(session_, network_.node(population.node), batch->size);
    }
  }
  std::vector<Recalibration> replaced;
  for (const Population& population : populations_) replaced.push_back(replace_statistics(population, weights));
  return replaced;
}

/// Writes the moments of a batch norm's input over its moving statistics in `weights`; returns how far these were off.
Recalibration Recalibrator::replace_statistics(const Population& population, Weights& weights) const {
  const Node& node = network_.node(population.node);
  const layers::BatchNorm& norm = *batch_norm_of(node);
  const std::span<float> moving_mean = state_values(node, "moving_mean", weights);
  const std::span<float> moving_variance = state_values(node, "moving_variance", weights);
  const StatisticsGap gap = statistics_gap(node, weights, population.input);
  for (std::size_t c = 0; c < population.input.channels(); ++c) {
    moving_mean[c] = static_cast<float>(population.input.mean(c));
    moving_variance[c] = static_cast<float>(variance_as_moved(norm, population.input, c));
  }
  return {node.name, gap.mean, gap.variance_ratio};
}

}  // namespace convoy
