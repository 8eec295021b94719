#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace convoy {

/// When and at what to look: the keys of [diagnostics], `convoy config explain diagnostics.probe`. Results do not
/// depend on it.
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
  std::optional<double> update_ratio = {};   ///< the norm of the step's change by that of the weights before
  std::optional<double> dead = {};           ///< share of a ReLU's units or channels that are 0 for all of the probe
  double forward_us = 0;                     ///< of work an image, over all threads
  double backward_us = 0;
};

/// The middle and the spread of a tensor's values over the probe.
struct PercentileBand {
  std::string name;  ///< as configured: "hidden3", "hidden3[7]"
  double p15 = 0, p50 = 0, p85 = 0;
};

/// What a batch norm has learnt of its input, against what its input is now on the probe. Means over the channels.
struct BatchNormDiagnostics {
  std::string name;
  double mean_gap = 0;        ///< |moving mean - mean in train mode|, in deviations of the input
  double variance_ratio = 1;  ///< moving variance by variance in train mode (geometric mean)
  double variance_shift = 1;  ///< variance in predict mode by variance in train mode: not 1 after dropout
};

/// A look at a network between two steps of training.
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
