#pragma once

#include <filesystem>

namespace convoy {

/// Throws Error{data} for a model file whose configuration differs from the resolved.toml beside it, except in
/// harmless_keys: it is not the model of this run. Does nothing where there is no resolved.toml.
void require_model_of_run(const std::filesystem::path& model_file);

}  // namespace convoy
