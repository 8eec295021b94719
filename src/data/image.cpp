#include <stb/stb_image.h>

#include <algorithm>
#include <fstream>
#include <memory>

#include "convoy/dataset.h"
#include "convoy/error.h"
#include "data/resize.h"

namespace convoy {
namespace {

constexpr long long most_pixels = 1LL << 24;  // 4096 x 4096: decoded, 64 MB; a larger header is an attack, not a digit

/// What a PNG of one bit a pixel can reach; deflate shrinks by 1032 at most.
constexpr std::uintmax_t most_pixels_a_byte = std::uintmax_t{8} * 1032;

constexpr int most_scans = 100;  // encoders make about ten

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
  throw Error(ErrorKind::data, file.string() + ": " + what);
}

/// Why stb_image did not decode, in words.
std::string failure() {
  const std::string reason = stbi_failure_reason();
  return reason == "outofmem" ? "it claims more data than any image of up to 4096 x 4096 pixels has" : reason;
}

struct Image {
  int height;
  int width;
  std::vector<std::uint8_t> pixels;  ///< height x width x channels
};

/// How many scans a JPEG has. Each costs a pass over the whole image, and takes a few bytes where it says nothing new.
int scans_in(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::streambuf& bytes = *stream.rdbuf();
  if (bytes.sbumpc() != 0xFF || bytes.sbumpc() != 0xD8) return 0;
  int scans = 0;
  int before = 0;
  for (int byte = bytes.sbumpc(); byte != std::char_traits<char>::eof(); byte = bytes.sbumpc()) {
    if (before == 0xFF && byte == 0xDA) ++scans;  // within a scan's data a 0 follows each 0xFF
    before = byte;
  }
  return scans;
}

/// What is behind transparent pixels is taken as white paper.
void flatten_alpha(const std::uint8_t* from, std::uint8_t* to, int colours) {
  const int alpha = from[colours];
  for (int c = 0; c < colours; ++c)
    to[c] = static_cast<std::uint8_t>((from[c] * alpha + 255 * (255 - alpha) + 127) / 255);
}

Image decode(const std::filesystem::path& file, int channels) {
  if (std::filesystem::is_directory(file)) fail(file, "expected an image, found a folder");
  if (!std::filesystem::exists(file)) fail(file, "no such file");
  if (!std::filesystem::is_regular_file(file)) fail(file, "not a regular file");
  int width = 0;
  int height = 0;
  int found = 0;
  const std::string name = file.string();
  if (stbi_info(name.c_str(), &width, &height, &found) == 0) {
    fail(file, "not an image that can be read: " + failure());
  }
  // stb_image takes a BMP's width as it stands, which may be negative.
  if (width < 1 || height < 1) fail(file, "damaged image: " + std::to_string(width) + "x" + std::to_string(height));
  if (static_cast<long long>(width) * height > most_pixels) {
    fail(file, std::to_string(width) + "x" + std::to_string(height) + " pixels are too many");
  }
  if (static_cast<std::uintmax_t>(width) * static_cast<std::uintmax_t>(height) >
      most_pixels_a_byte * std::filesystem::file_size(file)) {
    fail(file, "damaged image: too short for " + std::to_string(width) + "x" + std::to_string(height) + " pixels");
  }
  if (const int scans = scans_in(file); scans > most_scans) {
    fail(file, "a JPEG of " + std::to_string(scans) + " scans, expected at most " + std::to_string(most_scans));
  }
  const bool has_alpha = found == 2 || found == 4;
  const int wanted = channels + (has_alpha ? 1 : 0);
  const std::unique_ptr<stbi_uc, void (*)(void*)> data(stbi_load(name.c_str(), &width, &height, &found, wanted),
                                                       stbi_image_free);
  if (!data) fail(file, "damaged image: " + failure());
  const std::size_t pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  Image image{height, width, std::vector<std::uint8_t>(pixels * static_cast<std::size_t>(channels))};
  for (std::size_t i = 0; i < pixels; ++i) {
    const std::uint8_t* from = data.get() + i * static_cast<std::size_t>(wanted);
    std::uint8_t* to = image.pixels.data() + i * static_cast<std::size_t>(channels);
    if (has_alpha) {
      flatten_alpha(from, to, channels);
    } else {
      std::copy_n(from, channels, to);
    }
  }
  return image;
}

}  // namespace

std::vector<std::uint8_t> load_image(const std::filesystem::path& file, const Shape& shape, ImageOptions options) {
  if (shape.rank() != 3 || (shape[2] != 1 && shape[2] != 3)) {
    throw Error(ErrorKind::data,
                file.string() + ": images have the shape height x width x 1 or 3, the model expects " + shape.text());
  }
  const Image image = decode(file, shape[2]);
  auto pixels = resize_image(image.pixels, {image.height, image.width}, {shape[0], shape[1]}, shape[2]);
  if (options.invert) {
    for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
  }
  return pixels;
}

}  // namespace convoy
