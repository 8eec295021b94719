#pragma once

#include <string>
#include <vector>

#include "config/section.h"

namespace convoy {

/// The page of a section ("train"), a type ("conv2d"), or a key of either ("train.epochs", "conv2d.padding",
/// "optimizer.learning_rate"; "seed" at the top level). A name with several meanings gives several pages. Throws
/// Error{config} with the nearest name for a name without a page.
std::string explain(const std::string& name, const std::vector<Section>& catalog);

/// The values that a key takes, in words: "a whole number, at least 1".
std::string takes_text(const KeySchema& key);
/// The key's default in words: "default 3", "must be given", "may be left out".
std::string default_text(const KeySchema& key);

/// All names that have a page; names with several pages are repeated.
Texts explained(const std::vector<Section>& catalog);

}  // namespace convoy
