#pragma once

#include <filesystem>
#include <span>

#include "convoy/metrics.h"

namespace convoy::app {

/// Both functions throw Error{data} where a model's outputs, or the loss over them, are not finite: finite weights may
/// still overflow in the network.
void require_finite(std::span<const float> outputs, const std::filesystem::path& model);
void require_finite(const Evaluation& evaluation, const std::filesystem::path& model);

}  // namespace convoy::app
