#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "convoy/dataset.h"
#include "convoy/metrics.h"

namespace convoy {

/// Writes the page of a run from its folder: one HTML file that needs no other. Runs that are under way, were
/// interrupted or diverged have a page too. Where the model or its data no longer exist, the page says so and leaves
/// out what needs them. `file` is RUN/report.html unless given, and is replaced atomically. Returns its path. `threads`
/// evaluate the model; 0 means as many as there are cores. Throws Error{data} for a folder that is no run and where its
/// model or data are not the run's own, Error{failed} where the page cannot be written.
std::filesystem::path write_report(const std::filesystem::path& run, const std::filesystem::path& file = {},
                                   int threads = 0);

/// Writes a page that compares runs, replaced atomically. Runs whose configurations differ in nothing but seed and name
/// are drawn as one group, by mean and range. Throws Error{data} for a folder that is no run, Error{failed} where the
/// page cannot be written.
void write_comparison(const std::vector<std::filesystem::path>& runs, const std::filesystem::path& file);

/// Writes a CSV file (RFC 4180) with a row for each mistake of an evaluation of `data`: the image's file, or its number
/// in the stored data where it has none, the names of its class and of the predicted class, and the prediction's
/// probability. The file is replaced atomically. Throws Error{failed} where it cannot be written.
void write_mistakes(const Evaluation& evaluation, const Dataset& data, const std::vector<std::string>& class_names,
                    const std::filesystem::path& file);

/// Writes a run's logged numbers as an event file for TensorBoard into RUN/tensorboard, and returns that folder. Throws
/// Error{data} for a folder that is no run, Error{failed} where the file cannot be written.
std::filesystem::path write_tensorboard(const std::filesystem::path& run);

}  // namespace convoy
