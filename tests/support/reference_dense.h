#pragma once

#include <cstddef>
#include <vector>

namespace convoy::test {

/// A dense layer by its definition, in double: x is batch x inputs, kernel inputs x units, y batch x units.
struct ReferenceDense {
  using Doubles = std::vector<double>;

  std::size_t batch, inputs, units;

  /// Calls visit(y, x, kernel) with the three offsets of every product.
  template <class Visit>
  void for_each_product(const Visit& visit) const {
    for (std::size_t n = 0; n < batch; ++n) {
      for (std::size_t k = 0; k < inputs; ++k) {
        for (std::size_t o = 0; o < units; ++o) visit(n * units + o, n * inputs + k, k * units + o);
      }
    }
  }

  Doubles forward(const Doubles& x, const Doubles& kernel, const Doubles& bias) const {
    Doubles y(batch * units);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = bias.empty() ? 0 : bias[i % units];
    for_each_product([&](std::size_t i, std::size_t from, std::size_t w) { y[i] += x[from] * kernel[w]; });
    return y;
  }

  struct Gradients {
    Doubles x, kernel, bias;
  };

  Gradients backward(const Doubles& d_y, const Doubles& x, const Doubles& kernel) const {
    Gradients d{Doubles(x.size()), Doubles(kernel.size()), Doubles(units)};
    for_each_product([&](std::size_t i, std::size_t from, std::size_t w) {
      d.x[from] += d_y[i] * kernel[w];
      d.kernel[w] += d_y[i] * x[from];
    });
    for (std::size_t i = 0; i < d_y.size(); ++i) d.bias[i % units] += d_y[i];
    return d;
  }
};

}  // namespace convoy::test
