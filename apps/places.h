#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "options.h"

namespace convoy::app {

/// What can stand at a place of the command line.
struct Candidates {
  Arguments words;  ///< as they are
  Arguments
      kinds;  ///< "config", "model", "folder", "file", "key", "override", "verb": each script has a function for it
};

/// By the name of an operand or an option's argument: "CONFIG|MODEL", "[DIR]", "IMAGE...", "KEY=VALUE", "test|train".
/// Nothing for a number or a name.
Candidates candidates(const std::string& argument);

/// The words that -s completes: "train.epochs=", and "layer.", whose names are the configuration's.
Arguments completed_overrides();

/// An operand's place behind its verb.
struct OperandPlace {
  std::size_t position;  ///< from 0 on
  std::string after;     ///< the first operand, where it is given as it is: "check" before CONFIG
  bool onward;           ///< it may be repeated
  std::string argument;
};

/// Alternatives that begin at one place are one: "check|explain|schema".
std::vector<OperandPlace> operand_places(const Operands& operands);

}  // namespace convoy::app
