#pragma once

#include "convoy/settings.h"

namespace convoy {

/// The keys that an override can set, without repetition: "seed", "train.epochs", "optimizer.momentum"; those of layers
/// as "layer.NAME.filters".
Texts override_keys();

/// The names that explain_key knows: sections, types and their keys, sorted, without repetition.
Texts explained_names();

}  // namespace convoy
