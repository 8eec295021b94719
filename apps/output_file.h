#pragma once

#include <filesystem>

namespace convoy::app {

/// The kind of file that a verb writes to a path that the user gives.
enum class Output { picture, page, mistakes, model, configuration, foreign_model };

/// Checks, before any work, that the verb may write this file; writes nothing. An existing file may only be replaced by
/// one of the same kind, and never if it is the `input` or the model or checkpoint of a run. Throws Error{config} for
/// a file that must stay, Error{failed} where nothing can be written.
void require_output(const std::filesystem::path& file, Output output, const std::filesystem::path& input = {});

}  // namespace convoy::app
