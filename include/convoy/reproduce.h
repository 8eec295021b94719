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

/// The [experiment] of a configuration: a claim of the literature, and how to see whether it holds.
struct Experiment {
  std::string source;  ///< where the claim was published
  std::string claim;
  std::vector<std::string> quick = {};  ///< overrides that make it a matter of a minute or two
  std::vector<Expectation> expectations = {};
};

/// Throws Error{config} for a file without [experiment], or with a mistake in it.
Experiment load_experiment(const std::filesystem::path& file);

/// What an Expectation may be about, each with what it means.
std::vector<std::pair<std::string, std::string>> metric_names();

struct ReproduceOptions {
  bool quick = false;  ///< with the overrides of Experiment::quick, and a single seed
  SweepOptions sweep = {};
};

/// An expectation beside what was measured, as means over the seeds.
struct Verdict {
  Expectation expectation;
  double higher = 0;
  double lower = 0;  ///< with factor and margin
  bool holds = false;
};

struct Reproduction {
  Experiment experiment;
  SweepResult sweep;
  std::vector<Verdict> verdicts = {};  ///< none when interrupted
  bool holds = false;                  ///< all of them
};

/// Runs the sweep of an experiment and holds its expectations against it. Throws Error as load_sweep and run_sweep do,
/// also for expectations of settings that the sweep does not have, before anything is trained.
Reproduction reproduce(const std::filesystem::path& file, const ReproduceOptions& options = {});

}  // namespace convoy
