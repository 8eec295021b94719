#pragma once

#include <filesystem>

namespace convoy {

/// Throws Error{data} for a model file in a run folder that is not the run's: its configuration is another. How long to
/// train and how to work may differ. A file beside no resolved.toml is left alone.
void require_own_model(const std::filesystem::path& model_file);

}  // namespace convoy
