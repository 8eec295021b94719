#pragma once

#include <filesystem>
#include <string>

#include "verb.h"

/// Ends of messages that say what a user may have meant.
namespace convoy::app {

/// A hint on an option that the verb does not have but whose name is that of keys: "; a configuration's key is set by
/// -s train.epochs=3", or "". `value` was given with the option; empty where not known.
std::string key_hint(const std::string& option, const std::string& value);

/// A hint on an unknown verb: the verb of a synonym, the verb that takes such a file, or the verb of similar spelling;
/// "" where there is none.
std::string verb_hint(const std::string& word);

/// The argument itself, if it may be a configuration file. Throws Error{config}, with a hint, for a run, a model, a
/// folder or a missing file.
std::filesystem::path config_file(const std::filesystem::path& argument);

/// The argument itself, if it is a folder or nothing is there. Throws Error{data}, with a hint, for a file.
std::filesystem::path run_folder(const std::filesystem::path& argument);

}  // namespace convoy::app
