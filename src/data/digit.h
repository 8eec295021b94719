#pragma once

#include "data/image.h"
#include "data/resize.h"

namespace convoy {

/// Prepares a grey photo of one digit as MNIST's authors prepared theirs (LeCun, Cortes & Burges, "The MNIST
/// database of handwritten digits"): strokes white on black, their box scaled with its proportions to fit 20 x 20 of 28
/// x 28 pixels, or the same share of another size, and placed by its centre of mass. Specks and things along the
/// border, as a table beside the paper, are left out. Throws Error{data} where there are no strokes.
Image prepared_digit(const Image& photo, ImageSize size);

}  // namespace convoy
