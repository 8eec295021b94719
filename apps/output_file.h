#pragma once

#include <filesystem>

namespace convoy::app {

/// What a verb writes where an option says.
enum class Output { picture, page, mistakes, model, configuration };

/// To be called before any work: whether the verb may write this file and can. A file that is there is only replaced
/// by its like, and never the `input` or the model or checkpoint of a run. Throws Error{config} for one that must stay,
/// Error{failed} where nothing can be written.
void require_output(const std::filesystem::path& file, Output output, const std::filesystem::path& input = {});

}  // namespace convoy::app
