#include "layers/border.h"

#include <algorithm>
#include <cstddef>

#include "layers/check.h"

namespace convoy::layers {

Shape Border::outer() const {
  return larger_image(std::int64_t{sides.top} + inner[0] + sides.bottom,
                      std::int64_t{sides.left} + inner[1] + sides.right, inner[2]);
}

void Border::put(float* outer_image, const float* inner_image) const {
  const std::ptrdiff_t row = std::ptrdiff_t{inner[1]} * inner[2];
  const std::ptrdiff_t left = std::ptrdiff_t{sides.left} * inner[2];
  const std::ptrdiff_t right = std::ptrdiff_t{sides.right} * inner[2];
  const std::ptrdiff_t outer_row = left + row + right;
  float* to = std::fill_n(outer_image, sides.top * outer_row, 0.0F);
  for (int y = 0; y < inner[0]; ++y, inner_image += row) {
    to = std::fill_n(to, left, 0.0F);
    to = std::copy_n(inner_image, row, to);
    to = std::fill_n(to, right, 0.0F);
  }
  std::fill_n(to, sides.bottom * outer_row, 0.0F);
}

void Border::cut(float* inner_image, const float* outer_image) const {
  const std::ptrdiff_t row = std::ptrdiff_t{inner[1]} * inner[2];
  const std::ptrdiff_t outer_row = row + std::ptrdiff_t{sides.left + sides.right} * inner[2];
  const float* from = outer_image + sides.top * outer_row + std::ptrdiff_t{sides.left} * inner[2];
  for (int y = 0; y < inner[0]; ++y, from += outer_row) inner_image = std::copy_n(from, row, inner_image);
}

}  // namespace convoy::layers
