#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "convoy/dataset.h"
#include "convoy/metrics.h"

namespace convoy {

/// Makes the page of a run from its folder: one HTML file that needs nothing else. A run that is under way, was
/// interrupted or diverged has a page too. Where the model or its data are not there any more, the page says so and
/// does without what needs them. `file` is RUN/report.html unless given; the result is its path. Throws Error{data} for
/// a folder that is no run.
std::filesystem::path write_report(const std::filesystem::path& run, const std::filesystem::path& file = {},
                                   int threads = 0);

/// Makes a page that compares runs. Those whose configurations differ in nothing but seed and name are drawn as one
/// group, by mean and range. Throws Error{data} for a folder that is no run.
void write_comparison(const std::vector<std::filesystem::path>& runs, const std::filesystem::path& file);

/// Writes a CSV file (RFC 4180) with a row for each mistake of an evaluation of `data`: the image's file, or where it
/// has none its number in the data's own files, the names of its class and of what it was taken for, and the
/// probability of that. Replaced atomically. Throws Error{failed} where it cannot be written.
void write_mistakes(const Evaluation& evaluation, const Dataset& data, const std::vector<std::string>& class_names,
                    const std::filesystem::path& file);

/// Writes a run's scalars as an event file for TensorBoard into RUN/tensorboard, and returns that folder. Throws
/// Error{data} for a folder that is no run.
std::filesystem::path write_tensorboard(const std::filesystem::path& run);

}  // namespace convoy
