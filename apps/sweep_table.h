#pragma once

#include "convoy/sweep.h"

namespace convoy::app {

/// Prints a table of a sweep's accuracies and losses by setting, and the paths of its results.
void print_table(const SweepResult& result);

}  // namespace convoy::app
