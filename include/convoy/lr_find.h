#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "convoy/config.h"

namespace convoy {

struct LrFindOptions {
  double from = 1e-6;
  double to = 10;
  int steps = 200;  ///< from `from` to `to`
  int threads = 0;  ///< 0: as the configuration says, else all cores
};

/// One step of the test.
struct LrPoint {
  double rate = 0;
  double loss = 0;      ///< of the step's batch, before the step, with regularisation
  double smoothed = 0;  ///< exponential mean of the losses so far
};

struct LrCurve {
  std::string name;                     ///< of the experiment
  std::vector<LrPoint> points = {};     ///< at least one; fewer than asked for when the loss blew up
  bool blew_up = false;                 ///< the last smoothed loss is above 4 times the lowest, or not finite
  std::vector<std::string> notes = {};  ///< DataSplits::notes
  double suggested = 0;                 ///< rate at which the smoothed loss falls steepest by the logarithm of the rate
};

/// The learning-rate range test (Smith 2017, "Cyclical learning rates for training neural networks", 3.3): trains a
/// fresh model of the configuration, with its optimizer but no schedule, at rates that grow geometrically from step to
/// step, until the loss blows up. Writes no file. Throws Error{config} for options that give no range of rates,
/// Error{diverged} where not even the first step is finite.
LrCurve lr_find(const Config& config, const LrFindOptions& options = {});

/// Draws the curve as an HTML page that needs nothing else; its folder is made. Throws Error{failed}.
void save_page(const LrCurve& curve, const std::filesystem::path& file);

}  // namespace convoy
