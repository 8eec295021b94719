#pragma once

#include <string>
#include <vector>

#include "config/section.h"

namespace convoy {

/// The page of a section ("train"), a type ("conv2d"), or a key of either ("train.epochs", "conv2d.padding",
/// "optimizer.learning_rate"; "seed" at the top level). A name with several meanings gives several pages. Throws
/// Error{config} with the nearest name.
std::string explain(const std::string& name, const std::vector<Section>& catalog);

/// What a key takes and what it is where it is not given, in words: "a whole number, at least 1", "default 3".
std::string takes_text(const KeySchema& key);
std::string default_text(const KeySchema& key);

/// All names that have a page; some more than once.
Texts explained(const std::vector<Section>& catalog);

}  // namespace convoy
