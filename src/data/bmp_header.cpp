#include <cstdlib>
#include <string>

#include "data/image_header.h"

namespace convoy {
namespace {

enum Compression : std::uint32_t { rgb = 0, rle8 = 1, rle4 = 2, bit_fields = 3 };

constexpr std::size_t first_header_size = 14;  // before the second header, which begins with its size
constexpr std::uint32_t os2_size = 12;         // the oldest one, with sides of 16 bits
constexpr std::uint32_t v4_size = 108;         // the first whose transparency stb_image reads

/// The unsigned number in `count` bytes at `at`. Throws Error{data} where the file ends before.
std::uint32_t bmp_number(ByteSpan file, std::size_t at, std::size_t count) {
  const auto value = number_at(file, at, count, ByteOrder::little_endian);
  if (!value) fail("damaged image: a BMP that ends too early");
  return *value;
}

std::int64_t signed_number(ByteSpan file, std::size_t at) { return static_cast<std::int32_t>(bmp_number(file, at, 4)); }

/// Whether the file is long enough for all rows of pixels from `offset` on; a row fills a multiple of four bytes.
bool is_whole(ByteSpan file, std::uint32_t offset, const ImageHeader& header, std::uint32_t bits) {
  const std::uint64_t row = (static_cast<std::uint64_t>(header.width) * bits + 31) / 32 * 4;
  return offset <= file.size() && row > 0 && static_cast<std::uint64_t>(header.height) <= (file.size() - offset) / row;
}

}  // namespace

ImageHeader bmp_header(ByteSpan file) {
  const std::uint32_t size = bmp_number(file, first_header_size, 4);
  const bool os2 = size == os2_size;
  ImageHeader header;
  header.width = os2 ? bmp_number(file, 18, 2) : signed_number(file, 18);
  const std::int64_t height = os2 ? bmp_number(file, 20, 2) : signed_number(file, 22);
  header.height = std::abs(height);  // a negative one: the rows go from the top down
  if (header.width < 1 || header.height < 1) fail("damaged image: a BMP without pixels");
  const std::uint32_t bits = bmp_number(file, os2 ? 24 : 28, 2);
  const std::uint32_t compression = os2 ? std::uint32_t{rgb} : bmp_number(file, 30, 4);
  if (compression == rle8 || compression == rle4) fail("a BMP compressed by run lengths (RLE)");
  if (compression != rgb && compression != bit_fields) fail("a BMP of an unusual compression");
  // Without bit fields the fourth byte of a pixel is not used.
  header.alpha = compression == bit_fields && size >= v4_size && bmp_number(file, 66, 4) != 0;
  header.most_pixels_a_byte = 8;
  if (!is_whole(file, bmp_number(file, 10, 4), header, bits)) fail("damaged image: a BMP that ends too early");
  return header;
}

}  // namespace convoy
