#pragma once

#include <filesystem>
#include <span>

#include "convoy/metrics.h"

namespace convoy::app {

/// Finite weights may still overflow on their way through a network. Both throw Error{data} where a model's outputs, or
/// the loss over them, are no finite numbers.
void require_finite(std::span<const float> outputs, const std::filesystem::path& model);
void require_finite(const Evaluation& evaluation, const std::filesystem::path& model);

}  // namespace convoy::app
