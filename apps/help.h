#pragma once

#include <ostream>

#include "options.h"

namespace convoy::app {

/// What `convoy --help` prints: all verbs, examples, exit codes.
void print_help(std::ostream& out);

/// What `convoy VERB --help` prints.
void print_help(std::ostream& out, const Options& options);

}  // namespace convoy::app
