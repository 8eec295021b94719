#pragma once

#include "config/document.h"
#include "config/section.h"
#include "convoy/reproduce.h"

namespace convoy {

/// Reads and checks an [experiment] section; its plan, the sweep's settings, stays empty. Throws Error{config}.
Experiment read_experiment(const WrittenSection& section, const Section& schema);

/// Reads "METRIC: SETTING > SETTING"; in place of the second setting there may be a number, and behind it " + NUMBER",
/// " - NUMBER" or " * NUMBER". Throws Error{config} that names the place `where`.
Expectation read_expectation(const std::string& text, const std::string& where);

}  // namespace convoy
