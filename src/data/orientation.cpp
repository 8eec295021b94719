#include "data/orientation.h"

#include <algorithm>
#include <utility>

namespace convoy {

Image turned(Image image, int orientation) {
  if (orientation < 2 || orientation > 8) return image;
  // Along a row of the result the stored image is read along a row, or from orientation 5 on along a column.
  const bool swapped = orientation >= 5;
  const bool from_the_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_the_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  Image result{.height = swapped ? image.width : image.height,
               .width = swapped ? image.height : image.width,
               .channels = image.channels,
               .pixels = {}};
  result.pixels.resize(image.pixels.size());
  auto to = result.pixels.begin();
  for (int y = 0; y < result.height; ++y) {
    for (int x = 0; x < result.width; ++x) {
      int row = swapped ? x : y;
      int column = swapped ? y : x;
      if (from_the_bottom) row = image.height - 1 - row;
      if (from_the_right) column = image.width - 1 - column;
      const auto pixel = (static_cast<std::ptrdiff_t>(row) * image.width + column) * image.channels;
      to = std::copy_n(image.pixels.begin() + pixel, image.channels, to);
    }
  }
  return result;
}

}  // namespace convoy
