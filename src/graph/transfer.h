#pragma once

#include <string>
#include <vector>

#include "graph/network.h"
#include "graph/weights.h"

namespace convoy {

/// What became of the tensors when one network took over another's weights, by name.
struct Transfer {
  std::vector<std::string> taken;   ///< of the same name and shape in both
  std::vector<std::string> drawn;   ///< of the new network, which keep their values
  std::vector<std::string> unused;  ///< of the old one
};

/// Copies each tensor of `from` that has the same name and shape in `to`.
Transfer transfer(Weights& from, const Network& old, Weights& to, const Network& network);

}  // namespace convoy
