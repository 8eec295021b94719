#include <zlib.h>

#include <algorithm>
#include <cctype>

#include "convoy/foreign_text.h"
#include "data/exif.h"
#include "data/image_header.h"

namespace convoy {
namespace {

constexpr std::size_t signature_size = 8;
constexpr std::size_t type_size = 4;
constexpr std::size_t frame_size = 12;  // bytes of a chunk besides its data: length, type, checksum

/// The unsigned number in `count` bytes at `at`. Throws Error{data} where the file ends before.
std::uint32_t png_number(ByteSpan file, std::size_t at, std::size_t count) {
  const auto value = number_at(file, at, count, ByteOrder::big_endian);
  if (!value) fail("damaged image: a PNG that ends too early");
  return *value;
}

struct PngChunk {
  std::string type;
  ByteSpan data;
};

/// Reads the chunk at `at`. Throws Error{data} for damage and a wrong checksum, which stb_image would not notice:
/// damaged pixels would be taken as they are.
PngChunk chunk_at(ByteSpan file, std::size_t at) {
  if (at == file.size()) fail("damaged image: a PNG without its last chunk, IEND");
  const std::size_t length = png_number(file, at, 4);
  if (file.size() - at < frame_size) fail("damaged image: a PNG that ends too early");
  const ByteSpan named = file.subspan(at + 4, std::min(length, file.size() - at - frame_size) + type_size);
  PngChunk chunk{{named.begin(), named.begin() + type_size}, named.subspan(type_size)};
  if (!std::ranges::all_of(chunk.type, [](unsigned char letter) { return std::isalpha(letter) != 0; }))
    fail("damaged image: a PNG's chunk of the type \"" + shown(chunk.type) + "\", expected four letters");
  if (chunk.data.size() < length) fail("damaged image: a PNG that ends within its chunk " + chunk.type);
  if (crc32_z(0, named.data(), named.size()) != png_number(file, at + 8 + length, 4))
    fail("damaged image: the checksum of the PNG's chunk " + chunk.type + " is not that of its bytes");
  return chunk;
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
  PngChunk chunk;
  for (std::size_t at = signature_size; chunk.type != "IEND"; at += frame_size + chunk.data.size()) {
    chunk = chunk_at(file, at);
    if (chunk.type == "tRNS") header.alpha = true;
    if (chunk.type == "eXIf") header.orientation = exif_orientation(chunk.data);
  }
  return header;
}

}  // namespace convoy
