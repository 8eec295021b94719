#pragma once

#include <string>
#include <vector>

#include "convoy/config.h"
#include "convoy/fit_options.h"

namespace convoy {

/// The keys of [train] and of [diagnostics]. Those of [data] that belong to FitOptions are feeding_keys().
std::vector<KeySchema> train_keys();
std::vector<KeySchema> diagnostics_keys();

/// The options of training that a complete configuration gives, from [train], [data], [augmentation] and [diagnostics].
FitOptions fit_options(const Config& config);

/// Writes options into the sections [train], [data], [augmentation] and [diagnostics] of a configuration, with the same
/// checks as for a file's keys. Throws Error{config}, and then has changed nothing.
void record(const FitOptions& options, Config& config);

}  // namespace convoy
