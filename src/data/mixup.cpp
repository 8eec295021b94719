#include "data/mixup.h"

#include <algorithm>
#include <cmath>

#include "core/portable_math.h"

namespace convoy {
namespace {

/// A random number above 0 and up to 1.
double positive_uniform(Random& random) { return 1 - static_cast<double>(random.uniform()); }

double cube(double x) { return x * x * x; }

/// The logarithm of a random number from Gamma(alpha + 1): Marsaglia & Tsang 2000, "A simple method for generating
/// gamma variables".
double draw_log_gamma_above_1(Random& random, double alpha) {
  const double d = alpha + 2.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const auto x = static_cast<double>(random.normal());
    const double v = cube(1 + c * x);
    if (v <= 0) continue;
    if (portable::log(positive_uniform(random)) < 0.5 * x * x + d - d * v + d * portable::log(v))
      return portable::log(d * v);
  }
}

/// The logarithm of a random number from Gamma(alpha). For a small alpha the number itself is too small for a double.
double draw_log_gamma(Random& random, double alpha) {
  const double above_1 = draw_log_gamma_above_1(random, alpha);
  return above_1 + portable::log(positive_uniform(random)) / alpha;
}

}  // namespace

// By X / (X + Y) with X and Y from Gamma(alpha).
double draw_beta(Random& random, double alpha) {
  const double x = draw_log_gamma(random, alpha);
  const double y = draw_log_gamma(random, alpha);
  return 1 / (1 + portable::exp(y - x));
}

void mix_pairs(float* rows, int count, std::size_t length, float share) {
  for (int i = 0; i < count / 2; ++i) {
    float* a = rows + static_cast<std::size_t>(i) * length;
    float* b = rows + static_cast<std::size_t>(count - 1 - i) * length;
    for (std::size_t k = 0; k < length; ++k) {
      const float mixed_a = share * a[k] + (1 - share) * b[k];
      b[k] = share * b[k] + (1 - share) * a[k];
      a[k] = mixed_a;
    }
  }
}

Patch draw_patch(Random& random, int height, int width, double share) {
  const double side = std::sqrt(share);
  const int tall = static_cast<int>(std::lround(side * height));
  const int wide = static_cast<int>(std::lround(side * width));
  const int middle_y = static_cast<int>(random.below(static_cast<std::uint32_t>(height)));
  const int middle_x = static_cast<int>(random.below(static_cast<std::uint32_t>(width)));
  const int top = std::max(0, middle_y - tall / 2);
  const int left = std::max(0, middle_x - wide / 2);
  return {top, left, std::min(height, middle_y - tall / 2 + tall) - top,
          std::min(width, middle_x - wide / 2 + wide) - left};
}

void exchange_patches(float* images, int count, const Patch& patch, int height, int width, int channels) {
  const std::size_t length = static_cast<std::size_t>(height) * static_cast<std::size_t>(width * channels);
  for (int i = 0; i < count / 2; ++i) {
    float* a = images + static_cast<std::size_t>(i) * length;
    float* b = images + static_cast<std::size_t>(count - 1 - i) * length;
    for (int y = patch.top; y < patch.top + patch.height; ++y) {
      const std::ptrdiff_t first = (static_cast<std::ptrdiff_t>(y) * width + patch.left) * channels;
      std::swap_ranges(a + first, a + first + static_cast<std::ptrdiff_t>(patch.width) * channels, b + first);
    }
  }
}

void write_one_hot(const int* labels, int count, int classes, float* rows) {
  std::fill_n(rows, static_cast<std::ptrdiff_t>(count) * classes, 0.0F);
  for (int n = 0; n < count; ++n) rows[static_cast<std::ptrdiff_t>(n) * classes + labels[n]] = 1;
}

}  // namespace convoy
