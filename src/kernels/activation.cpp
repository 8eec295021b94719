#include "kernels/activation.h"

namespace convoy::kernels {
namespace {

constexpr float inverse_sqrt_2 = 0.70710678118654752F;
constexpr float inverse_sqrt_2_pi = 0.39894228040143268F;

// The builtins are the C library's functions, without the inline overloads of <cmath> (see isa.h).
float logistic(float x) { return 1.0F / (1.0F + __builtin_expf(-x)); }
float normal_cdf(float x) { return 0.5F * (1.0F + __builtin_erff(x * inverse_sqrt_2)); }
float normal_pdf(float x) { return inverse_sqrt_2_pi * __builtin_expf(-0.5F * x * x); }

// The comparisons are such that NaN goes through: an overflow must not be mistaken for a zero.
void relu(float* y, const float* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) y[i] = x[i] < 0 ? 0 : x[i];
}
void d_relu(float* dx, const float* dy, const float* y, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) dx[i] = y[i] > 0 ? dy[i] : 0;
}

void relu6(float* y, const float* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float positive = x[i] < 0 ? 0 : x[i];
    y[i] = positive > 6 ? 6 : positive;
  }
}
void d_relu6(float* dx, const float* dy, const float* y, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) dx[i] = ((y[i] > 0) & (y[i] < 6)) ? dy[i] : 0;
}

void sigmoid(float* y, const float* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) y[i] = logistic(x[i]);
}
void d_sigmoid(float* dx, const float* dy, const float* y, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) dx[i] = dy[i] * y[i] * (1 - y[i]);
}

void hyperbolic_tangent(float* y, const float* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) y[i] = __builtin_tanhf(x[i]);
}
void d_tanh(float* dx, const float* dy, const float* y, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) dx[i] = dy[i] * (1 - y[i] * y[i]);
}

void leaky_relu(float* y, const float* x, std::size_t count, float slope) {
  for (std::size_t i = 0; i < count; ++i) y[i] = x[i] > 0 ? x[i] : slope * x[i];
}
void d_leaky_relu(float* dx, const float* dy, const float* y, std::size_t count, float slope) {
  for (std::size_t i = 0; i < count; ++i) dx[i] = y[i] > 0 ? dy[i] : slope * dy[i];
}

void gelu(float* y, const float* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) y[i] = x[i] * normal_cdf(x[i]);
}
void d_gelu(float* dx, const float* dy, const float* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) dx[i] = dy[i] * (normal_cdf(x[i]) + x[i] * normal_pdf(x[i]));
}

void silu(float* y, const float* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) y[i] = x[i] * logistic(x[i]);
}
void d_silu(float* dx, const float* dy, const float* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float s = logistic(x[i]);
    dx[i] = dy[i] * s * (1 + x[i] * (1 - s));
  }
}

}  // namespace

template <>
const ActivationKernels Table<ActivationKernels, Isa::CONVOY_KERNEL_ISA>::functions = {
    .relu = relu,
    .relu6 = relu6,
    .sigmoid = sigmoid,
    .tanh = hyperbolic_tangent,
    .d_relu = d_relu,
    .d_relu6 = d_relu6,
    .d_sigmoid = d_sigmoid,
    .d_tanh = d_tanh,
    .leaky_relu = leaky_relu,
    .d_leaky_relu = d_leaky_relu,
    .gelu = gelu,
    .silu = silu,
    .d_gelu = d_gelu,
    .d_silu = d_silu,
};

}  // namespace convoy::kernels
