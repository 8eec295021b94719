#pragma once

#include "data/byte_order.h"

namespace convoy {

/// The value of Exif's tag Orientation (CIPA DC-008), which says how to turn an image for viewing: from 1, as it is
/// stored, to 8. `tiff` is the Exif data from the byte order mark on. 1 where the tag is missing or not valid.
int exif_orientation(ByteSpan tiff);

}  // namespace convoy
