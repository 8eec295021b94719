#include "data/image.h"

#include "convoy/dataset.h"
#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "data/decode.h"
#include "data/resize.h"

namespace convoy {

std::vector<std::uint8_t> load_image(const std::filesystem::path& file, const Shape& shape, ImageOptions options) {
  if (shape.rank() != 3 || (shape[2] != 1 && shape[2] != 3)) {
    throw Error(ErrorKind::data,
                file.string() + ": images have the shape height x width x 1 or 3, the model expects " + shape.text());
  }
  try {
    const Image image = decode_image(file, shape[2]);
    auto pixels = resize_image(image.pixels, {image.height, image.width}, {shape[0], shape[1]}, shape[2]);
    if (options.invert) {
      for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
    }
    return pixels;
  } catch (const Error& error) {
    throw Error(error.kind(), shown(file.string()) + ": " + error.what());
  }
}

}  // namespace convoy
