#pragma once

#include <ostream>
#include <utility>
#include <vector>

#include "options.h"

namespace convoy::app {

/// A sentence on the names of operands in usages: CONFIG, RUN, MODEL.
extern const char* const operand_kinds;

/// Each exit code with its meaning.
const std::vector<std::pair<std::string, std::string>>& exit_codes();

/// Prints the text of `convoy --help`: all verbs, examples, exit codes.
void print_help(std::ostream& out);

/// Prints the text of `convoy VERB --help`.
void print_help(std::ostream& out, const Options& options);

}  // namespace convoy::app
