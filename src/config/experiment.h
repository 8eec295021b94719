#pragma once

#include "config/document.h"
#include "config/section.h"
#include "convoy/reproduce.h"

namespace convoy {

/// Checks an [experiment] section, all but the plan. Throws Error{config}.
Experiment read_experiment(const WrittenSection& section, const Section& schema);

/// Reads "METRIC: SETTING > SETTING", or in place of the second one a number; the second one may be followed by
/// " + NUMBER", " - NUMBER" or " * NUMBER". Throws Error{config}.
Expectation read_expectation(const std::string& text, const std::string& where);

}  // namespace convoy
