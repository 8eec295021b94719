#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "options.h"

namespace convoy::app {

/// What a shell may offer at a place of the command line.
struct Candidates {
  Arguments words;  ///< literal words
  Arguments
      kinds;  ///< "config", "model", "folder", "file", "key", "override", "verb": each script has a function for it
};

/// The candidates for an operand or an option's argument, by its name in the usage: "CONFIG|MODEL", "[DIR]",
/// "IMAGE...", "KEY=VALUE", "test|train". None for a number or a name.
Candidates candidates(const std::string& argument);

/// The words that complete the argument of -s: "train.epochs=" ..., and "layer.", as names of layers are not known.
Arguments completed_overrides();

/// One operand of a verb, by its place behind the verb.
struct OperandPlace {
  std::size_t position;  ///< among the operands, from 0
  std::string after;     ///< the first operand, if it is literal: "check" before CONFIG; else ""
  bool onward;           ///< it may be repeated
  std::string argument;
};

/// The places of all operands; the first words of the alternatives are one place: "check|explain|schema".
std::vector<OperandPlace> operand_places(const Operands& operands);

}  // namespace convoy::app
