#include "kernels/elementwise.h"

#include "kernels/simd.h"

namespace convoy::kernels {
namespace {

void add(float* y, const float* a, const float* b, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) y[i] = a[i] + b[i];
}

void subtract(float* y, const float* a, const float* b, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) y[i] = a[i] - b[i];
}

void multiply(float* y, const float* a, const float* b, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) y[i] = a[i] * b[i];
}

void maximum(float* y, const float* a, const float* b, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) y[i] = ((b[i] > a[i]) | (b[i] != b[i])) ? b[i] : a[i];
}

void scale(float* y, const float* x, std::size_t count, float factor) {
  for (std::size_t i = 0; i < count; ++i) y[i] = factor * x[i];
}

void add_scaled(float* y, const float* x, std::size_t count, float factor) {
  for (std::size_t i = 0; i < count; ++i) y[i] = multiply_add(factor, x[i], y[i]);
}

void mask(float* y, const float* x, const unsigned char* keep, std::size_t count, float factor) {
  for (std::size_t i = 0; i < count; ++i) y[i] = keep[i] != 0 ? x[i] * factor : 0;
}

// Several sums run at once, since each addition waits for the one before.
double sum_of_squares(const float* x, std::size_t count) {
  constexpr std::size_t sums = 16;
  double partial[sums] = {};
  std::size_t i = 0;
  for (; i + sums <= count; i += sums) {
    for (std::size_t j = 0; j < sums; ++j) {
      const double value = x[i + j];
      partial[j] += value * value;
    }
  }
  for (std::size_t j = 0; i < count; ++i, ++j) partial[j] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  double sum = 0;
  for (const double part : partial) sum += part;
  return sum;
}

}  // namespace

template <>
const ElementwiseKernels Table<ElementwiseKernels, Isa::CONVOY_KERNEL_ISA>::functions = {
    .add = add,
    .subtract = subtract,
    .multiply = multiply,
    .maximum = maximum,
    .scale = scale,
    .add_scaled = add_scaled,
    .mask = mask,
    .sum_of_squares = sum_of_squares};

}  // namespace convoy::kernels
