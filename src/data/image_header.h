#pragma once

#include <string>

#include "convoy/error.h"
#include "data/byte_order.h"

namespace convoy {

/// What is to be known of an image before it is decoded.
struct ImageHeader {
  std::int64_t width = 0;
  std::int64_t height = 0;
  bool alpha = false;                    ///< pixels may be transparent
  int orientation = 1;                   ///< as exif_orientation's
  int passes = 1;                        ///< that decoding makes over the whole image
  std::uint64_t most_pixels_a_byte = 1;  ///< of the file; whatever has more pixels is cut off, or never was an image
};

/// Throws Error{data}: what is wrong with an image; whoever reads the file says in which.
[[noreturn]] inline void fail(const std::string& what) { throw Error(ErrorKind::data, what); }

/// Each reads the structure around the pixels, not the pixels. Throws Error{data}, which says what is wrong and not in
/// which file, for files that are damaged or of a variant that stb_image would not decode, or not right.
ImageHeader png_header(ByteSpan file);
ImageHeader jpeg_header(ByteSpan file);
ImageHeader bmp_header(ByteSpan file);

}  // namespace convoy
