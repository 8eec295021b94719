#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "convoy/sweep.h"

namespace convoy {

/// What an experiment should show: in one setting of its sweep a metric is higher than in another, or than a number.
struct Expectation {
  std::string text;    ///< as written: "accuracy: with BN > without BN + 0.01"
  std::string metric;  ///< "accuracy", "gradient_norm.dense1": see metric_names()
  std::string higher;  ///< a setting's label
  std::string lower;   ///< a setting's label; empty: nothing but the margin
  double factor = 1;   ///< higher > factor * lower + margin
  double margin = 0;
};

/// The [experiment] and the [sweep] of a configuration: a claim of the literature, and how to see whether it holds.
struct Experiment {
  std::string source;  ///< where the claim was published
  std::string claim;
  std::vector<std::string> quick = {};  ///< overrides that make it a matter of a minute or two
  std::vector<Expectation> expectations = {};
  SweepPlan plan = {};
};

/// `quick` takes the overrides of Experiment::quick and a single seed. Throws Error{config} for a file without
/// [experiment], for a mistake in it, and for expectations of metrics or settings that are not there.
Experiment load_experiment(const std::filesystem::path& file, bool quick = false);

/// Names of metrics that an Expectation may use ("gradient_norm.LAYER"), each with its meaning.
std::vector<std::pair<std::string, std::string>> metric_names();

/// An expectation beside what was measured, as means over the seeds.
struct Verdict {
  Expectation expectation;
  double higher = 0;
  double lower = 0;  ///< with factor and margin
  bool holds = false;
};

struct Reproduction {
  SweepResult sweep;
  std::vector<Verdict> verdicts = {};  ///< none when interrupted
  bool holds = false;                  ///< whether all expectations hold
};

/// Runs the experiment's sweep (see run_sweep: files, Error) and judges its expectations by the results.
Reproduction reproduce(const Experiment& experiment, const SweepOptions& options = {});

}  // namespace convoy
