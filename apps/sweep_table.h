#pragma once

#include "convoy/sweep.h"

namespace convoy::app {

/// Prints a sweep's figures by setting, and where its runs are.
void print_table(const SweepResult& result);

}  // namespace convoy::app
