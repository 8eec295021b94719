#pragma once

#include <filesystem>
#include <vector>

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

/// Writes a run's scalars as an event file for TensorBoard into RUN/tensorboard, and returns that folder. Throws
/// Error{data} for a folder that is no run.
std::filesystem::path write_tensorboard(const std::filesystem::path& run);

}  // namespace convoy
