#pragma once

#include <filesystem>
#include <string>

#include "verb.h"

/// Ends of messages that say what a user may have meant.
namespace convoy::app {

/// For an option that a verb does not have but whose name is that of keys: "; a key is set by -s train.epochs=3", or
/// "". `value` is what was given with it; empty: not known.
std::string key_hint(const std::string& option, const std::string& value);

/// For a word in a verb's place: its synonym, or what takes such a file, or the nearest verb. "" where nothing is near.
std::string verb_hint(const std::string& word);

/// The file that a CONFIG argument means. Throws Error{config} where it is none, with what may be meant.
std::filesystem::path config_file(const std::filesystem::path& argument);

/// The run folder that a RUN argument means. Throws Error{data} for a configuration or a model.
std::filesystem::path run_folder(const std::filesystem::path& argument);

}  // namespace convoy::app
