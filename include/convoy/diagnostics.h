#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace convoy {

/// When to make Diagnostics records and of what: the keys of [diagnostics], which `convoy config explain
/// diagnostics.probe` explains. Results of training do not depend on them.
struct DiagnosticsOptions {
  int every = 0;
  int probe = 128;
  std::vector<std::string> percentiles = {};
};

/// One layer at a step of training. Norms are Euclidean, over the layer's kernel, bias, gamma and beta together.
struct LayerDiagnostics {
  std::string name;
  std::optional<double> gradient_norm = {};  ///< of the step, regularised and clipped; layers with parameters only
  std::optional<double> weight_norm = {};    ///< after the step
  std::optional<double> update_ratio = {};   ///< norm of the step's change / norm of the weights before
  std::optional<double> dead = {};           ///< share of a ReLU's units or channels that are 0 for all of the probe
  double forward_us = 0;                     ///< work per image, summed over the threads
  double backward_us = 0;
};

/// The middle and the spread of a tensor's values over the probe.
struct PercentileBand {
  std::string name;  ///< as configured: "hidden3", "hidden3[7]"
  double p15 = 0, p50 = 0, p85 = 0;
};

/// The moving statistics of a batch norm compared with its input on the probe. Means over the channels.
struct BatchNormDiagnostics {
  std::string name;
  double mean_gap = 0;        ///< |moving mean - mean in train mode|, in deviations of the input
  double variance_ratio = 1;  ///< moving variance / variance in train mode (geometric mean)
  double variance_shift = 1;  ///< variance in predict mode / in train mode: not 1 after dropout
};

/// One record of a network between two steps of training.
struct Diagnostics {
  std::uint64_t step = 0;  ///< steps taken
  int epoch = 0;           ///< under way, from 1
  std::vector<LayerDiagnostics> layers = {};
  std::vector<PercentileBand> percentiles = {};
  std::vector<BatchNormDiagnostics> batch_norms = {};
  std::optional<double> train_mode_loss = {};    ///< of the probe, in batches as in training
  std::optional<double> predict_mode_loss = {};  ///< of the probe
};

}  // namespace convoy
