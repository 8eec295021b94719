#pragma once

#include "data/byte_order.h"

namespace convoy {

/// How an image is to be turned before it is looked at, by the tag Orientation of Exif (CIPA DC-008): from 1, as it is
/// stored, to 8. `tiff` is Exif's data from its byte order mark on. 1 where they do not say it, or nothing valid.
int exif_orientation(ByteSpan tiff);

}  // namespace convoy
