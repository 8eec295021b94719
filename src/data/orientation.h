#pragma once

#include "data/image.h"

namespace convoy {

/// Turns an image as exif_orientation says: 2 mirrors it, 3 turns it upside down, 4 is 2 and 3; 5 mirrors it at the
/// diagonal, 6 turns it clockwise, 7 mirrors it at the other diagonal, 8 turns it anticlockwise.
Image turned(Image image, int orientation);

}  // namespace convoy
