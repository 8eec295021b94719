#pragma once

#include <ostream>
#include <utility>
#include <vector>

#include "options.h"

namespace convoy::app {

/// What usages call things by.
extern const char* const operand_kinds;

/// Each exit code with its meaning.
const std::vector<std::pair<std::string, std::string>>& exit_codes();

/// What `convoy --help` prints: all verbs, examples, exit codes.
void print_help(std::ostream& out);

/// What `convoy VERB --help` prints.
void print_help(std::ostream& out, const Options& options);

}  // namespace convoy::app
