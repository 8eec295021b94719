#include <cmath>

#include "kernels/batch_norm.h"

namespace convoy::kernels {

ChannelAffine channel_affine(double mean, double variance, double epsilon, float gamma, float beta) {
  const double inv_deviation = 1 / std::sqrt(variance + epsilon);
  const auto mean_high = static_cast<float>(mean);
  const double mean_rest = mean - static_cast<double>(mean_high);
  const double scale = gamma * inv_deviation;
  return {.mean = mean_high,
          .mean_rest = static_cast<float>(mean_rest),
          .inv_deviation = static_cast<float>(inv_deviation),
          .scale = static_cast<float>(scale),
          .shift = static_cast<float>(beta - mean_rest * scale)};
}

// With x' = (x - m) * i, m the whole mean and i the inverse deviation, the chain rule through mean and variance gives
// dx = gamma * i * (dy - sum(dy) / count - x' * sum(dy * x') / count).
ChannelGradient channel_gradient(const ChannelAffine& affine, double dy_sum, double dy_x_sum, double count) {
  const double inv_deviation = affine.inv_deviation;
  const double scale = affine.scale;
  const double d_gamma = (dy_x_sum - affine.mean_rest * dy_sum) * inv_deviation;
  const double slope = -scale * inv_deviation * d_gamma / count;
  return {.d_gamma = d_gamma,
          .d_beta = dy_sum,
          .slope = static_cast<float>(slope),
          .offset = static_cast<float>(-scale * dy_sum / count - slope * affine.mean_rest)};
}

void merge_moments(double* mean, double* m2, double count, const double* more_mean, const double* more_m2,
                   double more_count, int channels) {
  const double share = more_count / (count + more_count);
  for (int c = 0; c < channels; ++c) {
    const double distance = more_mean[c] - mean[c];
    mean[c] += distance * share;
    m2[c] += more_m2[c] + distance * distance * count * share;
  }
}

}  // namespace convoy::kernels
