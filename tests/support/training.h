#pragma once

#include <memory>

#include "config/fit_keys.h"
#include "model/training.h"

namespace convoy::test {

/// A model's training as fit prepares it, to be taken step by step.
inline std::unique_ptr<Training> training(Model& model, const Dataset& data, const FitOptions& options) {
  Model::Impl& impl = ModelAccess::impl(model);
  record(options, impl.config);
  return std::make_unique<Training>(impl, data, options.validation.data);
}

}  // namespace convoy::test
