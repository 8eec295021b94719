#pragma once

#include "convoy/settings.h"

namespace convoy {

/// Every key that an override can set, once: "seed", "train.epochs", "optimizer.momentum"; those of layers as
/// "layer.NAME.filters".
Texts override_keys();

/// Every name that explain_key knows: sections, types and their keys, sorted.
Texts explained_names();

}  // namespace convoy
