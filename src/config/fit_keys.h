#pragma once

#include <string>
#include <vector>

#include "convoy/config.h"
#include "convoy/fit_options.h"

namespace convoy {

/// The keys of [train] and of [diagnostics], each with its member of FitOptions. Those of [data] are feeding_keys().
std::vector<KeySchema> train_keys();
std::vector<KeySchema> diagnostics_keys();

/// What a complete configuration says of training.
FitOptions fit_options(const Config& config);

/// Writes options into a configuration, where they are checked as a file's keys are: throws Error{config}.
void record(const FitOptions& options, Config& config);

}  // namespace convoy
