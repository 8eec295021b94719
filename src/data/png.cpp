#include "data/png.h"

#include <stb/stb_image_write.h>

#include "convoy/error.h"

namespace convoy {

std::string png(std::span<const std::uint8_t> pixels, ImageSize size, int channels) {
  std::string bytes;
  const auto append = [](void* to, void* data, int count) {
    static_cast<std::string*>(to)->append(static_cast<const char*>(data), static_cast<std::size_t>(count));
  };
  const int row = size.width * channels;
  if (stbi_write_png_to_func(append, &bytes, size.width, size.height, channels, pixels.data(), row) != 0) return bytes;
  throw Error(ErrorKind::failed, "an image could not be written as PNG");
}

}  // namespace convoy
