#pragma once

#include "formats/format.h"

namespace convoy::formats {

/// Keras: .keras of version 3 in and out; .h5 of versions 2 and 3, with a network or weights only, in.
Format keras_format();

}  // namespace convoy::formats
