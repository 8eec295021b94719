#include "diagnose/probe.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/stratify.h"
#include "train/batch.h"
#include "train/statistics_gap.h"

namespace convoy {

Loader probe_loader(const TrainingTask& task, int images, const LoaderOptions& batches) {
  const int batch = std::min(batches.batch_size, task.train.size());
  const bool fills = task.validation.size() >= std::min(images, batch);
  const Dataset& from = fills ? task.validation : task.train;
  const Division division = draw_by_class(from, std::min(images, from.size()), batches.seed, Draw::probe);
  return {from.select(division.drawn),
          task.scaling,
          {.batch_size = batch, .shuffle = true, .last_batch = LastBatch::drop, .seed = batches.seed}};
}

Probe::Probe(const TrainingTask& task, const DiagnosticsOptions& options, const LoaderOptions& batches)
    : task_(task),
      copy_(task.weights.copy()),
      loader_(probe_loader(task, options.probe, batches)),
      seed_(batches.seed),
      training_(task.network, copy_, Mode::train, loader_.largest_batch(), task.last_node(), task.pool,
                Retain::everything),
      prediction_(task.network, task.weights, Mode::predict, loader_.largest_batch(), task.last_node(), task.pool,
                  Retain::everything),
      losses_(static_cast<std::size_t>(loader_.largest_batch())) {
  for (int i = 0; i <= task.last_node(); ++i) {
    const Node& node = task.network.node(i);
    if (node.type == "batch_norm" && node.trainable) norms_.push_back({.node = i});
    if (node.type == "relu" || node.type == "relu6") rectifiers_.push_back({.node = i});
  }
  training_.check_training_batch(loader_.smallest_batch());
  for (const std::string& name : options.percentiles) watched_.emplace_back(name, task.network, task.last_node());
}

std::vector<std::optional<double>> Probe::observe(Diagnostics& found) {
  clear();
  copy_.copy_from(task_.weights);
  found.train_mode_loss = pass(training_, found.step, [this](int batch) { observe_training(batch); });
  prediction_.prepare();
  found.predict_mode_loss = pass(prediction_, found.step, [this](int batch) { observe_prediction(batch); });
  for (WatchedTensor& tensor : watched_) found.percentiles.push_back(tensor.percentiles());
  for (const Norm& norm : norms_) found.batch_norms.push_back(compare(norm));
  std::vector<std::optional<double>> dead(task_.network.nodes().size());
  for (const Rectifier& rectifier : rectifiers_) {
    const auto still = std::ranges::count(rectifier.alive, false);
    dead[static_cast<std::size_t>(rectifier.node)] =
        static_cast<double>(still) / static_cast<double>(rectifier.alive.size());
  }
  return dead;
}

template <class Observe>
double Probe::pass(Session& session, std::uint64_t step, const Observe& observe) {
  double sum = 0;
  loader_.start(0);
  while (const Batch* batch = loader_.next()) {
    copy_inputs(*batch, session);
    session.forward(batch->size, seed_, static_cast<std::uint32_t>(step));
    compute_losses(task_.loss, *batch, session, 1, losses_);
    sum += std::accumulate(losses_.begin(), losses_.begin() + batch->size, 0.0);
    observe(batch->size);
  }
  return sum / loader_.samples();
}

void Probe::clear() {
  for (Norm& norm : norms_) {
    norm.in_training.clear();
    norm.in_prediction.clear();
  }
  for (Rectifier& rectifier : rectifiers_) {
    rectifier.alive.assign(static_cast<std::size_t>(task_.network.shape_of(rectifier.node).last()), false);
  }
  for (WatchedTensor& tensor : watched_) tensor.clear();
}

void Probe::observe_training(int batch) {
  observe_inputs(training_, &Norm::in_training, batch);
  for (WatchedTensor& tensor : watched_) tensor.collect(training_, task_.weights, batch);
  for (Rectifier& rectifier : rectifiers_) {
    const BatchView output = training_.output_of(rectifier.node);
    const std::size_t size = task_.network.shape_of(rectifier.node).size();
    const std::size_t channels = rectifier.alive.size();
    for (int n = 0; n < batch; ++n) {
      for (std::size_t i = 0; i < size; ++i) {
        if (output[n][i] > 0) rectifier.alive[i % channels] = true;
      }
    }
  }
}

void Probe::observe_prediction(int batch) { observe_inputs(prediction_, &Norm::in_prediction, batch); }

void Probe::observe_inputs(Session& session, ChannelMoments Norm::*moments, int batch) {
  for (Norm& norm : norms_) (norm.*moments).add(session, task_.network.node(norm.node), batch);
}

BatchNormDiagnostics Probe::compare(const Norm& norm) const {
  const Node& node = task_.network.node(norm.node);
  const double epsilon = batch_norm_of(node)->epsilon();
  double shift = 0;
  for (std::size_t c = 0; c < norm.in_training.channels(); ++c) {
    shift += std::log((norm.in_prediction.variance(c) + epsilon) / (norm.in_training.variance(c) + epsilon));
  }
  const StatisticsGap gap = statistics_gap(node, task_.weights, norm.in_training);
  return {.name = node.name,
          .mean_gap = gap.mean,
          .variance_ratio = gap.variance_ratio,
          .variance_shift = std::exp(shift / static_cast<double>(norm.in_training.channels()))};
}

}  // namespace convoy
