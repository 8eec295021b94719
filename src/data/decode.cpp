#include "data/decode.h"

#include <stb/stb_image.h>

#include <fstream>
#include <memory>
#include <string>

#include "core/file_state.h"
#include "data/ground.h"
#include "data/image_format.h"
#include "data/image_header.h"
#include "data/orientation.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t most_side = 16384;
constexpr std::int64_t most_pixels = std::int64_t{8192} * 8192;
constexpr std::int64_t most_work = 16 * most_pixels;                    // pixels times passes over them
constexpr std::uintmax_t most_file_bytes = std::uintmax_t{512} << 20U;  // a photo may have a video appended

/// Reads a file whole. Throws Error{data} where it cannot be read or is too large.
std::vector<std::uint8_t> read(const fs::path& file) {
  if (const std::string why = why_unreadable(file); !why.empty()) fail(why);
  const std::uintmax_t size = fs::file_size(file);
  if (size > most_file_bytes) fail("a file of " + std::to_string(size) + " bytes, expected at most 536870912");
  std::vector<std::uint8_t> bytes(size);
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail("cannot be read");
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  return bytes;
}

/// Reads the header of a PNG, JPEG or BMP. Throws Error{data} for damage and for other files.
ImageHeader header_of(ByteSpan file) {
  if (file.empty()) fail("an empty file, expected an image");
  const FileKind kind = kind_of(file);
  if (kind.format == ImageFormat::png) return png_header(file);
  if (kind.format == ImageFormat::jpeg) return jpeg_header(file);
  if (kind.format == ImageFormat::bmp) return bmp_header(file);
  const std::string what = kind.name.empty() ? "not an image that can be read" : std::string(kind.name);
  fail(what + "; convoy reads PNG, JPEG and BMP");
}

/// Throws Error{data} for images too large or for more pixels than a file of `file_size` bytes can hold.
void check(const ImageHeader& header, std::size_t file_size) {
  const std::string size = std::to_string(header.width) + " x " + std::to_string(header.height) + " pixels";
  if (header.width < 1 || header.height < 1) fail("damaged image: " + size);
  if (header.width > most_side || header.height > most_side)
    fail(size + ", expected at most " + std::to_string(most_side) + " a side");
  const std::int64_t pixels = header.width * header.height;
  if (pixels > most_pixels) fail(size + ", expected at most " + std::to_string(most_pixels) + " in all");
  if (static_cast<std::uint64_t>(pixels) > header.most_pixels_a_byte * file_size)
    fail("damaged image: too short for " + size);
  if (pixels * header.passes > most_work)
    fail("a JPEG that goes " + std::to_string(header.passes) + " times over " + size + ", which takes too long");
}

/// The reason in words why stb_image did not decode the last image.
std::string failure() {
  const std::string reason = stbi_failure_reason();
  if (reason == "outofdata" || reason == "not enough pixels") return "it ends too early";
  return reason == "outofmem" ? "it takes more memory than an image of 8192 x 8192 pixels" : reason;
}

}  // namespace

Image decode_image(const fs::path& file, int channels) {
  const std::vector<std::uint8_t> bytes = read(file);
  const ImageHeader header = header_of(bytes);
  check(header, bytes.size());
  int width = 0;
  int height = 0;
  int found = 0;
  const int wanted = channels + (header.alpha ? 1 : 0);
  const std::unique_ptr<stbi_uc, void (*)(void*)> data(
      stbi_load_from_memory(bytes.data(), static_cast<int>(bytes.size()), &width, &height, &found, wanted),
      stbi_image_free);
  if (!data) fail("damaged image: " + failure());
  if (width != header.width || height != header.height) fail("damaged image: it has two sizes");
  Image image{.height = height, .width = width, .channels = channels, .pixels = {}};
  const std::span<const std::uint8_t> pixels(data.get(), image.size() * static_cast<std::size_t>(wanted));
  if (header.alpha) {
    put_on_ground(pixels, image);
  } else {
    image.pixels.assign(pixels.begin(), pixels.end());
  }
  return turned(std::move(image), header.orientation);
}

}  // namespace convoy
