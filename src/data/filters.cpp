#include "data/filters.h"

#include <algorithm>
#include <deque>

namespace convoy {
namespace {

/// A row or column of a map.
struct Line {
  float* first;
  int count;
  int step;

  float& operator[](int i) const { return first[static_cast<std::ptrdiff_t>(i) * step]; }
};

/// Replaces each value of a line by the largest within `reach`. A queue keeps the values that may still become the
/// largest.
void take_maxima(Line line, int reach) {
  std::deque<std::pair<int, float>> falling;
  int next = 0;
  for (int i = 0; i < line.count; ++i) {
    for (; next < std::min(line.count, i + reach + 1); ++next) {
      while (!falling.empty() && falling.back().second <= line[next]) falling.pop_back();
      falling.emplace_back(next, line[next]);
    }
    if (falling.front().first < i - reach) falling.pop_front();
    line[i] = falling.front().second;
  }
}

/// Each pixel's largest value within `reach` rows and columns.
FloatMap maxima(FloatMap map, ImageSize size, int reach) {
  for (int y = 0; y < size.height; ++y)
    take_maxima({map.data() + static_cast<std::ptrdiff_t>(y) * size.width, size.width, 1}, reach);
  for (int x = 0; x < size.width; ++x) take_maxima({map.data() + x, size.height, size.width}, reach);
  return map;
}

FloatMap negative(FloatMap map) {
  for (float& value : map) value = -value;
  return map;
}

/// The sums over the rectangles from the first pixel to each pixel, preceded by a row and a column of zeros.
std::vector<double> sums_of(const FloatMap& map, ImageSize size) {
  const auto across = static_cast<std::size_t>(size.width) + 1;
  std::vector<double> sums(across * (static_cast<std::size_t>(size.height) + 1));
  const float* value = map.data();
  for (std::size_t at = across; at < sums.size(); at += across) {
    double row = 0;
    for (std::size_t x = 1; x < across; ++x) {
      row += static_cast<double>(*value++);
      sums[at + x] = sums[at + x - across] + row;
    }
  }
  return sums;
}

}  // namespace

FloatMap box_mean(const FloatMap& map, ImageSize size, int reach) {
  const std::vector<double> sums = sums_of(map, size);
  const auto sum_to = [&](int y, int x) { return sums[static_cast<std::size_t>(y * (size.width + 1) + x)]; };
  FloatMap means;
  for (int y = 0; y < size.height; ++y) {
    const int top = std::max(0, y - reach);
    const int bottom = std::min(size.height, y + reach + 1);
    for (int x = 0; x < size.width; ++x) {
      const int left = std::max(0, x - reach);
      const int right = std::min(size.width, x + reach + 1);
      const double sum = sum_to(bottom, right) - sum_to(top, right) - sum_to(bottom, left) + sum_to(top, left);
      means.push_back(static_cast<float>(sum / ((bottom - top) * (right - left))));
    }
  }
  return means;
}

FloatMap closed(const FloatMap& map, ImageSize size, int reach) {
  return negative(maxima(negative(maxima(map, size, reach)), size, reach));
}

FloatMap distances_to(const std::vector<std::uint8_t>& bits, ImageSize size) {
  constexpr int far = 1 << 28;
  std::vector<int> thirds;
  for (const auto bit : bits) thirds.push_back(bit != 0 ? 0 : far);
  const auto update = [&](int y, int x, int step) {  // from the neighbours that this pass has visited before
    int& here = thirds[static_cast<std::size_t>(y * size.width + x)];
    const auto take = [&](int row, int column, int cost) {
      if (row < 0 || column < 0 || row >= size.height || column >= size.width) return;
      here = std::min(here, thirds[static_cast<std::size_t>(row * size.width + column)] + cost);
    };
    take(y, x - step, 3);
    take(y - step, x - 1, 4);
    take(y - step, x, 3);
    take(y - step, x + 1, 4);
  };
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) update(y, x, 1);
  }
  for (int y = size.height - 1; y >= 0; --y) {
    for (int x = size.width - 1; x >= 0; --x) update(y, x, -1);
  }
  FloatMap distances;
  for (const int distance : thirds) distances.push_back(static_cast<float>(distance) / 3);
  return distances;
}

}  // namespace convoy
