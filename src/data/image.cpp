#include "data/image.h"

#include "convoy/dataset.h"
#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "data/decode.h"
#include "data/fit.h"

namespace convoy {
namespace {

/// Grey pixels with three equal channels, for a network that takes colours.
std::vector<std::uint8_t> as_colour(const std::vector<std::uint8_t>& grey) {
  std::vector<std::uint8_t> colour;
  for (const auto value : grey) colour.insert(colour.end(), 3, value);
  return colour;
}

/// Reads an image, fits it to the shape and inverts it if asked; a digit is white on black in any case.
std::vector<std::uint8_t> load(const std::filesystem::path& file, const Shape& shape, const ImageOptions& options) {
  const bool digit = options.fit == "digit";
  auto pixels = fitted(decode_image(file, digit ? 1 : shape[2]), {shape[0], shape[1]}, options.fit).pixels;
  if (digit) return shape[2] == 3 ? as_colour(pixels) : pixels;
  if (options.invert) {
    for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
  }
  return pixels;
}

}  // namespace

std::vector<std::uint8_t> load_image(const std::filesystem::path& file, const Shape& shape,
                                     const ImageOptions& options) {
  const std::string name = shown(file.string());
  if (shape.rank() != 3 || (shape[2] != 1 && shape[2] != 3)) {
    throw Error(ErrorKind::data,
                name + ": images have the shape height x width x 1 or 3, the model expects " + shape.text());
  }
  try {
    return load(file, shape, options);
  } catch (const Error& error) {
    throw error.within(name + ": ");
  }
}

}  // namespace convoy
