#include "data/exif.h"
#include "data/image_header.h"

namespace convoy {
namespace {

constexpr std::size_t signature_size = 8;
constexpr std::size_t frame_size = 12;  // of a chunk: its length, type and checksum

std::uint32_t png_number(ByteSpan file, std::size_t at, std::size_t count) {
  const auto value = number_at(file, at, count, ByteOrder::big_endian);
  if (!value) fail("damaged image: a PNG that ends too early");
  return *value;
}

}  // namespace

ImageHeader png_header(ByteSpan file) {
  if (text_at(file, signature_size + 4, "CgBI"))
    fail("a PNG in the form that Apple's devices use within their programs");
  if (!text_at(file, signature_size + 4, "IHDR")) fail("damaged image: a PNG without a header");
  ImageHeader header;
  header.width = png_number(file, 16, 4);
  header.height = png_number(file, 20, 4);
  header.alpha = (png_number(file, 25, 1) & 4U) != 0;
  header.most_pixels_a_byte = 8'256;  // eight of one bit each; deflate shrinks by 1032 at most
  std::size_t at = signature_size;
  while (const auto length = number_at(file, at, 4, ByteOrder::big_endian)) {
    if (text_at(file, at + 4, "IEND")) break;
    if (text_at(file, at + 4, "tRNS")) header.alpha = true;
    if (text_at(file, at + 4, "eXIf") && *length <= file.size() - at - 8)
      header.orientation = exif_orientation(file.subspan(at + 8, *length));
    at += frame_size + *length;
  }
  return header;
}

}  // namespace convoy
