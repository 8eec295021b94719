#pragma once

#include <cstddef>
#include <vector>

#include "kernels/conv.h"

namespace convoy::test {

/// Convolution by its definition, in double: what every engine is measured against.
struct ReferenceConv {
  kernels::ConvShape s;

  /// Calls visit(output, input, weight) with the three offsets of every product in the sum.
  template <class Visit>
  void for_each_product(const Visit& visit) const {
    for (int oy = 0; oy < s.out_h; ++oy) {
      for (int ox = 0; ox < s.out_w; ++ox) {
        for (int ky = 0; ky < s.kernel_h; ++ky) {
          for (int kx = 0; kx < s.kernel_w; ++kx) visit_tap(visit, oy, ox, ky, kx);
        }
      }
    }
  }

  template <class Floats>
  std::vector<double> forward(const Floats& x, const Floats& kernel, const Floats& bias) const {
    std::vector<double> y(s.out_floats());
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = bias.empty() ? 0 : double{bias[i % bias.size()]};
    for_each_product([&](std::size_t o, std::size_t i, std::size_t w) { y[o] += double{x[i]} * kernel[w]; });
    return y;
  }

  template <class Floats>
  std::vector<double> backward_kernel(const Floats& d_y, const Floats& x) const {
    std::vector<double> d_kernel(s.kernel_floats());
    for_each_product([&](std::size_t o, std::size_t i, std::size_t w) { d_kernel[w] += double{x[i]} * d_y[o]; });
    return d_kernel;
  }

  template <class Floats>
  std::vector<double> backward_data(const Floats& d_y, const Floats& kernel) const {
    std::vector<double> d_x(s.in_floats());
    for_each_product([&](std::size_t o, std::size_t i, std::size_t w) { d_x[i] += double{kernel[w]} * d_y[o]; });
    return d_x;
  }

  template <class Floats>
  std::vector<double> backward_bias(const Floats& d_y) const {
    std::vector<double> d_bias(static_cast<std::size_t>(s.out_c));
    for (std::size_t i = 0; i < d_y.size(); ++i) d_bias[i % d_bias.size()] += double{d_y[i]};
    return d_bias;
  }

 private:
  template <class Visit>
  void visit_tap(const Visit& visit, int oy, int ox, int ky, int kx) const {
    const int iy = oy * s.stride_h + ky * s.dilation_h - s.pad_h;
    const int ix = ox * s.stride_w + kx * s.dilation_w - s.pad_w;
    if (iy < 0 || iy >= s.in_h || ix < 0 || ix >= s.in_w) return;
    const int inputs = s.in_c / s.groups;
    for (int i = 0; i < inputs; ++i) {
      for (int o = 0; o < s.out_c; ++o) {
        const int group = o / (s.out_c / s.groups);
        visit(offset(oy, s.out_w, ox, s.out_c, o), offset(iy, s.in_w, ix, s.in_c, group * inputs + i),
              offset(ky * s.kernel_w + kx, inputs, i, s.out_c, o));
      }
    }
  }

  static std::size_t offset(int a, int size_b, int b, int size_c, int c) {
    return (static_cast<std::size_t>(a) * static_cast<std::size_t>(size_b) + static_cast<std::size_t>(b)) *
               static_cast<std::size_t>(size_c) +
           static_cast<std::size_t>(c);
  }
};

}  // namespace convoy::test
