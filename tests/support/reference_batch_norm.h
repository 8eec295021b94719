#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace convoy::test {

/// Batch norm by its definition, in double. Arrays hold rows of `channels` values: all pixels of all samples.
struct ReferenceBatchNorm {
  using Doubles = std::vector<double>;

  std::size_t channels;
  double epsilon;

  struct Moments {
    Doubles mean, variance;  ///< biased, by channel
    double count;            ///< values a channel
  };

  Moments moments(const Doubles& x) const {
    const std::size_t rows = x.size() / channels;
    const auto count = static_cast<double>(rows);
    Moments of{Doubles(channels), Doubles(channels), count};
    for (std::size_t i = 0; i < x.size(); ++i) of.mean[i % channels] += x[i] / count;
    for (std::size_t i = 0; i < x.size(); ++i) {
      of.variance[i % channels] += std::pow(x[i] - of.mean[i % channels], 2) / count;
    }
    return of;
  }

  Doubles forward(const Doubles& x, const Moments& of, const Doubles& gamma, const Doubles& beta) const {
    Doubles y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t c = i % channels;
      y[i] = gamma[c] * (x[i] - of.mean[c]) / std::sqrt(of.variance[c] + epsilon) + beta[c];
    }
    return y;
  }

  struct Gradients {
    Doubles x, gamma, beta;
  };

  /// For moments that are those of x: the chain rule of Ioffe & Szegedy 2015, section 3, line by line.
  Gradients backward(const Doubles& d_y, const Doubles& x, const Doubles& gamma) const {
    const Moments of = moments(x);
    Gradients d{Doubles(x.size()), Doubles(channels), Doubles(channels)};
    Doubles d_variance(channels);
    Doubles d_mean(channels);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t c = i % channels;
      const double deviation = std::sqrt(of.variance[c] + epsilon);
      d.gamma[c] += d_y[i] * (x[i] - of.mean[c]) / deviation;
      d.beta[c] += d_y[i];
      d_variance[c] -= d_y[i] * gamma[c] * (x[i] - of.mean[c]) / 2 / std::pow(deviation, 3);
      d_mean[c] -= d_y[i] * gamma[c] / deviation;
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t c = i % channels;
      d.x[i] = d_y[i] * gamma[c] / std::sqrt(of.variance[c] + epsilon) +
               d_variance[c] * 2 * (x[i] - of.mean[c]) / of.count + d_mean[c] / of.count;
    }
    return d;
  }
};

}  // namespace convoy::test
