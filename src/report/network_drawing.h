#pragma once

#include <string>

#include "convoy/model.h"

namespace convoy {

/// A model's layers as boxes and their connections as arrows, from top to bottom, in an <svg> element with a fixed
/// size. A long network continues in further columns, cut where everything passes through one layer.
std::string network_drawing(const Summary& summary, const Shape& input);

}  // namespace convoy
