#include "train/recalibrate.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "convoy/error.h"
#include "core/random.h"
#include "kernels/batch_norm.h"
#include "kernels/isa.h"
#include "layers/batch_norm.h"
#include "train/batch.h"

namespace convoy {
namespace {

const layers::BatchNorm* batch_norm_of(const Node& node) {
  return dynamic_cast<const layers::BatchNorm*>(node.layer.get());
}

/// A tensor of a node in Weights::states.
std::span<float> state_of(const Node& node, const std::string& name, Weights& weights) {
  const auto slot = std::ranges::find(node.states, node.name + "/" + name, &TensorSlot::name);
  return weights.states.span().subspan(slot->offset, slot->shape.size());
}

/// Samples drawn by the seed: the first ones of an image folder would all be of one class.
Dataset draw(const Dataset& data, const Network& network, int images, std::uint64_t seed) {
  if (data.empty() || data.shape() != network.input_shape()) {
    throw Error(ErrorKind::data, "recalibrate: samples are " + data.shape().text() + ", the network expects " +
                                     network.input_shape().text());
  }
  std::vector<int> order(static_cast<std::size_t>(data.size()));
  std::iota(order.begin(), order.end(), 0);
  const std::size_t count = std::min(order.size(), static_cast<std::size_t>(images));
  Random random(seed, Purpose::recalibration);
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(order[i], order[i + random.below(static_cast<std::uint32_t>(order.size() - i))]);
  }
  return data.select(std::span<const int>(order).first(count));
}

}  // namespace

Recalibrator::Recalibrator(const Network& network, ThreadPool& pool, const Dataset& data, const Scaling& scaling,
                           const RecalibrateOptions& options, std::uint64_t seed)
    : network_(network),
      seed_(seed),
      // Merged, since a last batch of one feature vector would have no variance.
      loader_(draw(data, network, options.images, seed), scaling,
              {.batch_size = options.batch_size, .last_batch = "merge"}),
      weights_(Weights::zeros(network)),
      session_(network, weights_, Mode::train, loader_.largest_batch(), network.logits(), pool, Retain::everything) {
  std::size_t most_channels = 0;
  for (int i = 0; i <= network.logits(); ++i) {
    const Node& node = network.node(i);
    if (batch_norm_of(node) == nullptr || !node.trainable) continue;
    const auto channels = static_cast<std::size_t>(node.declaration.output.last());
    populations_.push_back({i, 0, std::vector<double>(channels), std::vector<double>(channels)});
    most_channels = std::max(most_channels, channels);
  }
  if (populations_.empty())
    throw Error(ErrorKind::config, "recalibrate: the network has no batch norm that is trained");
  pivots_.resize(most_channels * static_cast<std::size_t>(loader_.largest_batch()));
  moments_.resize(2 * pivots_.size());
}

std::vector<Recalibration> Recalibrator::run(Weights& weights) {
  weights_.copy_from(weights);
  for (Population& population : populations_) population.count = 0;
  loader_.start(0);
  std::uint32_t step = 0;
  while (const Batch* batch = loader_.next()) {
    copy_inputs(*batch, session_);
    session_.forward(batch->size, seed_, step++);
    for (Population& population : populations_) observe(population, batch->size);
  }
  std::vector<Recalibration> replaced;
  for (const Population& population : populations_) replaced.push_back(replace_statistics(population, weights));
  return replaced;
}

/// Merges the samples' moments in their order, whoever computed them.
void Recalibrator::observe(Population& population, int batch) {
  const Node& node = network_.node(population.node);
  const int source = node.inputs[0];
  const BatchView input = source == Network::input ? session_.input() : session_.output_of(source);
  const int channels = node.declaration.output.last();
  const int pixels = static_cast<int>(node.declaration.output.size()) / channels;
  const auto of_sample = [&](int n) { return moments_.data() + std::ptrdiff_t{n} * 2 * channels; };
  session_.pool().run(batch, [&](int n, int) {
    double* mean = of_sample(n);
    float* pivot = pivots_.data() + std::ptrdiff_t{n} * channels;
    kernels::for_this_cpu<kernels::BatchNormKernels>().moments(mean, mean + channels, pivot, input[n], pixels,
                                                               channels);
  });
  for (int n = 0; n < batch; ++n, population.count += pixels) {
    if (population.count == 0) {
      std::copy_n(of_sample(n), channels, population.mean.begin());
      std::copy_n(of_sample(n) + channels, channels, population.m2.begin());
    } else {
      kernels::merge_moments(population.mean.data(), population.m2.data(), population.count, of_sample(n),
                             of_sample(n) + channels, pixels, channels);
    }
  }
}

Recalibration Recalibrator::replace_statistics(const Population& population, Weights& weights) const {
  const Node& node = network_.node(population.node);
  const layers::BatchNorm& norm = *batch_norm_of(node);
  const std::span<float> moving_mean = state_of(node, "moving_mean", weights);
  const std::span<float> moving_variance = state_of(node, "moving_variance", weights);
  double gap = 0;
  double log_ratio = 0;
  for (std::size_t c = 0; c < population.mean.size(); ++c) {
    const double variance = population.m2[c] / (norm.unbiased() ? population.count - 1 : population.count);
    const double spread = variance + norm.epsilon();
    gap += std::abs(static_cast<double>(moving_mean[c]) - population.mean[c]) / std::sqrt(spread);
    log_ratio += std::log((static_cast<double>(moving_variance[c]) + norm.epsilon()) / spread);
    moving_mean[c] = static_cast<float>(population.mean[c]);
    moving_variance[c] = static_cast<float>(variance);
  }
  const auto channels = static_cast<double>(population.mean.size());
  return {node.name, gap / channels, std::exp(log_ratio / channels)};
}

}  // namespace convoy
