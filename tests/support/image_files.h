#pragma once

#include <stb/stb_image_write.h>
#include <zlib.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/bytes.h"

namespace convoy::test {

using Pixels = Bytes;

/// Exif's data with one entry, between two others.
inline std::string exif_data(int orientation, bool little = true, int type = 3, int count = 1) {
  const auto number = little ? little_endian : big_endian;
  const auto entry = [&](int tag, int value) {
    return number(static_cast<unsigned>(tag), 2) + number(static_cast<unsigned>(type), 2) +
           number(static_cast<unsigned>(count), 4) + number(static_cast<unsigned>(value), 2) + number(0, 2);
  };
  return (little ? "II" : "MM") + number(42, 2) + number(8, 4) + number(3, 2) + entry(0x0100, 8) +
         entry(0x0112, orientation) + entry(0x0213, 2) + number(0, 4);
}

struct PngForm {
  int width, height;
  int depth = 8;   ///< bits a sample
  int colour = 0;  ///< 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha
};

inline std::string png_checksum(const std::string& type_and_bytes) {
  const auto* bytes = reinterpret_cast<const Bytef*>(type_and_bytes.data());
  return big_endian(crc32(0, bytes, static_cast<uInt>(type_and_bytes.size())), 4);
}

inline std::string png_chunk(const std::string& type, const std::string& bytes) {
  const std::string named = type + bytes;
  return big_endian(bytes.size(), 4) + named + png_checksum(named);
}

/// The bytes of a PNG with the right checksum in each chunk, as far as their lengths lead: damage of any other kind
/// then gets past the checksums. Other bytes are left as they are.
inline std::string with_right_png_checksums(std::string png) {
  if (!png.starts_with("\x89PNG\r\n\x1a\n")) return png;
  constexpr std::size_t frame = 12;
  for (std::size_t at = 8; png.size() - at >= frame;) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = length << 8U | static_cast<unsigned char>(png[at + i]);
    if (length > png.size() - at - frame) break;
    png.replace(at + 8 + length, 4, png_checksum(png.substr(at + 4, 4 + length)));
    at += frame + length;
  }
  return png;
}

inline std::string deflated(const std::string& bytes) {
  std::string text(compressBound(bytes.size()), '\0');
  uLongf size = text.size();
  if (compress(reinterpret_cast<Bytef*>(text.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
               bytes.size()) != Z_OK) {
    throw std::runtime_error("deflate failed");
  }
  return text.substr(0, size);
}

/// A PNG of samples in any form. `before` and `after` are chunks around the pixels.
inline std::string png_file(const PngForm& form, const std::vector<unsigned>& samples, const std::string& before = "",
                            const std::string& after = "") {
  std::string raw;
  const std::size_t a_row = samples.size() / static_cast<std::size_t>(form.height);
  for (std::size_t row = 0; row < samples.size(); row += a_row) {
    raw += '\0';  // no filter
    unsigned bits = 0;
    int filled = 0;
    for (std::size_t i = row; i < row + a_row; ++i) {
      bits = bits << static_cast<unsigned>(form.depth) | samples[i];
      filled += form.depth;
      if (filled >= 8) {
        raw += big_endian(bits, filled / 8);
        bits = 0;
        filled = 0;
      }
    }
    if (filled > 0) raw += static_cast<char>(bits << static_cast<unsigned>(8 - filled));
  }
  const std::string header = big_endian(static_cast<unsigned>(form.width), 4) +
                             big_endian(static_cast<unsigned>(form.height), 4) +
                             big_endian(static_cast<unsigned>(form.depth), 1) +
                             big_endian(static_cast<unsigned>(form.colour), 1) + std::string(3, '\0');
  return "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", header) + before + png_chunk("IDAT", deflated(raw)) + after +
         png_chunk("IEND", "");
}

inline std::string jpeg_file(int width, int height, int channels, const Pixels& pixels) {
  std::string bytes;
  const auto append = [](void* to, void* data, int count) {
    static_cast<std::string*>(to)->append(static_cast<const char*>(data), static_cast<std::size_t>(count));
  };
  if (stbi_write_jpg_to_func(append, &bytes, width, height, channels, pixels.data(), 95) == 0)
    throw std::runtime_error("no JPEG was written");
  return bytes;
}

/// A JPEG with one more segment after its start.
inline std::string with_segment(const std::string& jpeg, int marker, const std::string& bytes) {
  return jpeg.substr(0, 2) + '\xff' + static_cast<char>(marker) + big_endian(bytes.size() + 2, 2) + bytes +
         jpeg.substr(2);
}

inline std::string with_exif(const std::string& jpeg, const std::string& data) {
  return with_segment(jpeg, 0xE1, std::string("Exif\0\0", 6) + data);
}

/// A BMP. `rows` are in the file's order: from the bottom, or with a negative height from the top.
inline std::string bmp_file(int width, int height, int bits, const std::vector<std::string>& rows,
                            const std::string& palette = "", unsigned compression = 0, const std::string& rest = "",
                            unsigned header_size = 40) {
  std::string data;
  for (const std::string& row : rows) data += row + std::string((4 - row.size() % 4) % 4, '\0');
  const auto number = [](auto value, int bytes) { return little_endian(static_cast<std::uint32_t>(value), bytes); };
  const std::string header = number(header_size, 4) + number(width, 4) + number(height, 4) + number(1, 2) +
                             number(bits, 2) + number(compression, 4) + number(data.size(), 4) + std::string(8, '\0') +
                             number(palette.size() / 4, 4) + number(0, 4) + rest;
  const auto offset = 14 + header.size() + palette.size();
  return "BM" + number(offset + data.size(), 4) + number(0, 4) + number(offset, 4) + header + palette + data;
}

}  // namespace convoy::test
