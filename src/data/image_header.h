#pragma once

#include <string>

#include "convoy/error.h"
#include "data/byte_order.h"

namespace convoy {

/// Properties of an image file that must be known before it is decoded.
struct ImageHeader {
  std::int64_t width = 0;
  std::int64_t height = 0;
  bool alpha = false;                    ///< pixels may be transparent
  int orientation = 1;                   ///< see exif_orientation
  int passes = 1;                        ///< passes over the whole image that decoding makes
  std::uint64_t most_pixels_a_byte = 1;  ///< a file with more pixels for each byte is cut off or no image
};

/// Throws Error{data} that says what is wrong with an image; the caller adds the name of the file.
[[noreturn]] inline void fail(const std::string& what) { throw Error(ErrorKind::data, what); }

/// These three read the header of an image file and check its structure, without decoding pixels. They throw
/// Error{data}, without the name of the file, for damage and for variants that stb_image cannot decode correctly.
ImageHeader png_header(ByteSpan file);
ImageHeader jpeg_header(ByteSpan file);
ImageHeader bmp_header(ByteSpan file);

}  // namespace convoy
