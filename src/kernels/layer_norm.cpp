#include "kernels/layer_norm.h"

#include <cstddef>

#include "kernels/isa.h"
#include "kernels/simd.h"

namespace convoy::kernels {
namespace {

/// The sum of term(i) for i < count, in double. Several sums run at once, since each addition waits for the one before.
template <class Term>
CONVOY_INLINE double sum_of(int count, const Term& term) {
  constexpr int sums = 16;
  double partial[sums] = {};
  int i = 0;
  for (; i + sums <= count; i += sums) {
    for (int j = 0; j < sums; ++j) partial[j] += term(i + j);
  }
  for (int j = 0; i < count; ++i, ++j) partial[j] += term(i);
  for (int half = sums / 2; half > 0; half /= 2) {
    for (int j = 0; j < half; ++j) partial[j] += partial[j + half];
  }
  return partial[0];
}

/// x' of one number.
CONVOY_INLINE float normalized(float x, const Normal& normal) {
  return ((x - normal.mean) - normal.mean_rest) * normal.inv_deviation;
}

/// The mean and inverse deviation of one row.
CONVOY_INLINE Normal normal_of_row(const float* x, double epsilon, int width) {
  const double mean = sum_of(width, [&](int i) { return static_cast<double>(x[i]); }) / width;
  const double m2 = sum_of(width, [&](int i) {
    const double distance = static_cast<double>(x[i]) - mean;
    return distance * distance;
  });
  const auto nearest = static_cast<float>(mean);
  return {nearest, static_cast<float>(mean - static_cast<double>(nearest)),
          static_cast<float>(1 / __builtin_sqrt(m2 / width + epsilon))};
}

void forward(float* y, Normal* normals, const float* x, const float* gamma, const float* beta, double epsilon, int rows,
             int width) {
  for (int row = 0; row < rows; ++row, x += width, y += width) {
    const Normal normal = normal_of_row(x, epsilon, width);
    for (int i = 0; i < width; ++i) y[i] = multiply_add(normalized(x[i], normal), gamma[i], beta[i]);
    normals[row] = normal;
  }
}

void parameter_gradients(double* d_gamma, double* d_beta, const float* dy, const float* x, const Normal* normals,
                         int rows, int width) {
  for (int i = 0; i < width; ++i) d_gamma[i] = d_beta[i] = 0;
  for (int row = 0; row < rows; ++row, x += width, dy += width) {
    const Normal normal = normals[row];
    for (int i = 0; i < width; ++i) {
      d_gamma[i] += static_cast<double>(dy[i] * normalized(x[i], normal));
      d_beta[i] += static_cast<double>(dy[i]);
    }
  }
}

// The chain rule through mean and variance, with g = gamma * dy:
// dx = (g - sum(g) / width - x' * sum(g * x') / width) * inv_deviation.
void input_gradient(float* dx, const float* dy, const float* x, const Normal* normals, const float* gamma, int rows,
                    int width) {
  for (int row = 0; row < rows; ++row, x += width, dy += width, dx += width) {
    const Normal normal = normals[row];
    const auto g_mean =
        static_cast<float>(sum_of(width, [&](int i) { return static_cast<double>(gamma[i] * dy[i]); }) / width);
    const auto g_x_mean = static_cast<float>(sum_of(width,
                                                    [&](int i) {
                                                      const float g = gamma[i] * dy[i];
                                                      return static_cast<double>(g * normalized(x[i], normal));
                                                    }) /
                                             width);
    for (int i = 0; i < width; ++i) {
      dx[i] = multiply_add(-g_x_mean, normalized(x[i], normal), gamma[i] * dy[i] - g_mean) * normal.inv_deviation;
    }
  }
}

}  // namespace

template <>
const LayerNormKernels Table<LayerNormKernels, Isa::CONVOY_KERNEL_ISA>::functions = {forward, parameter_gradients,
                                                                                     input_gradient};

}  // namespace convoy::kernels
