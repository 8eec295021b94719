#pragma once

#include <string>

#include "convoy/model.h"

namespace convoy {

/// A model's layers as boxes and their connections as arrows, from top to bottom, in an <svg> element of its own size.
/// A long network goes on in further columns, from where everything passes through one layer.
std::string network_drawing(const Summary& summary, const Shape& input);

}  // namespace convoy
