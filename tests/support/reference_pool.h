#pragma once

#include <cstddef>
#include <vector>

#include "kernels/pool.h"

namespace convoy::test {

/// Pooling one sample by its definition, in double. Of equal numbers the first is the largest.
struct ReferencePool {
  using Doubles = std::vector<double>;

  kernels::PoolShape shape;

  std::size_t in_size() const { return product(shape.in_h, shape.in_w); }
  std::size_t out_size() const { return product(shape.out_h, shape.out_w); }

  Doubles max(const Doubles& x) const {
    Doubles y(out_size());
    for_each_output([&](std::size_t out, const std::vector<std::size_t>& inside) { y[out] = x[largest(x, inside)]; });
    return y;
  }

  Doubles max_backward(const Doubles& d_y, const Doubles& x) const {
    Doubles d_x(in_size());
    for_each_output(
        [&](std::size_t out, const std::vector<std::size_t>& inside) { d_x[largest(x, inside)] += d_y[out]; });
    return d_x;
  }

  Doubles average(const Doubles& x) const {
    Doubles y(out_size());
    for_each_output([&](std::size_t out, const std::vector<std::size_t>& inside) {
      for (const std::size_t in : inside) y[out] += x[in] / static_cast<double>(inside.size());
    });
    return y;
  }

  Doubles average_backward(const Doubles& d_y) const {
    Doubles d_x(in_size());
    for_each_output([&](std::size_t out, const std::vector<std::size_t>& inside) {
      for (const std::size_t in : inside) d_x[in] += d_y[out] / static_cast<double>(inside.size());
    });
    return d_x;
  }

 private:
  std::size_t product(int height, int width) const { return static_cast<std::size_t>(height * width * shape.channels); }

  static std::size_t largest(const Doubles& x, const std::vector<std::size_t>& inside) {
    std::size_t best = inside.front();
    for (const std::size_t in : inside) best = x[in] > x[best] ? in : best;
    return best;
  }

  /// Calls visit(output offset, offsets of the window's inputs that lie inside the image).
  template <class Visit>
  void for_each_output(const Visit& visit) const {
    const auto& s = shape;
    for (int oy = 0; oy < s.out_h; ++oy) {
      for (int ox = 0; ox < s.out_w; ++ox) {
        for (int c = 0; c < s.channels; ++c) visit(at(oy, ox, s.out_w, c), window(oy, ox, c));
      }
    }
  }

  std::size_t at(int y, int x, int width, int channel) const {
    return static_cast<std::size_t>((y * width + x) * shape.channels + channel);
  }

  std::vector<std::size_t> window(int oy, int ox, int channel) const {
    std::vector<std::size_t> inside;
    for (int ky = 0; ky < shape.pool_h; ++ky) {
      for (int kx = 0; kx < shape.pool_w; ++kx) {
        const int y = oy * shape.stride_h - shape.pad_h + ky;
        const int x = ox * shape.stride_w - shape.pad_w + kx;
        if (y >= 0 && y < shape.in_h && x >= 0 && x < shape.in_w) inside.push_back(at(y, x, shape.in_w, channel));
      }
    }
    return inside;
  }
};

}  // namespace convoy::test
