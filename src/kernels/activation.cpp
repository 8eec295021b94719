#include "kernels/activation.h"

#include "kernels/float_math.h"

namespace convoy::kernels {
namespace {

constexpr float inverse_sqrt_2 = 0.70710678118654752F;
constexpr float inverse_sqrt_2_pi = 0.39894228040143268F;

CONVOY_INLINE float logistic(float x) { return 1.0F / (1.0F + exp(-x)); }
CONVOY_INLINE float normal_cdf(float x) { return 0.5F * (1.0F + erf(x * inverse_sqrt_2)); }
CONVOY_INLINE float normal_pdf(float x) { return inverse_sqrt_2_pi * exp(-0.5F * x * x); }

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
  for (std::size_t i = 0; i < count; ++i) y[i] = tanh(x[i]);
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

void elu(float* y, const float* x, std::size_t count, float alpha) {
  for (std::size_t i = 0; i < count; ++i) y[i] = x[i] > 0 ? x[i] : alpha * expm1(x[i]);
}
void d_elu(float* dx, const float* dy, const float* y, std::size_t count, float alpha) {
  for (std::size_t i = 0; i < count; ++i) dx[i] = y[i] > 0 ? dy[i] : dy[i] * (y[i] + alpha);
}

constexpr float selu_scale = 1.05070098735548049F;
constexpr float selu_alpha = 1.67326324235437728F;

void selu(float* y, const float* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) y[i] = selu_scale * (x[i] > 0 ? x[i] : selu_alpha * expm1(x[i]));
}
void d_selu(float* dx, const float* dy, const float* y, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    dx[i] = y[i] > 0 ? selu_scale * dy[i] : dy[i] * (y[i] + selu_scale * selu_alpha);
}

CONVOY_INLINE float between_0_and_1(float x) {
  const float positive = x < 0 ? 0 : x;
  return positive > 1 ? 1 : positive;
}

void hard_sigmoid(float* y, const float* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) y[i] = between_0_and_1(x[i] / 6 + 0.5F);
}
void d_hard_sigmoid(float* dx, const float* dy, const float* y, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) dx[i] = ((y[i] > 0) & (y[i] < 1)) ? dy[i] / 6 : 0;
}

/// log(1 + exp(x)) without overflow.
CONVOY_INLINE float log_one_plus_exp(float x) { return (x < 0 ? 0 : x) + log1p(exp(-magnitude(x))); }

void softplus(float* y, const float* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) y[i] = log_one_plus_exp(x[i]);
}
void d_softplus(float* dx, const float* dy, const float* y, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) dx[i] = dy[i] * -expm1(-y[i]);
}

constexpr float sqrt_2_over_pi = 0.79788456080286536F;
constexpr float cubic = 0.044715F;
/// tanh(sqrt(2 / pi) * (x + 0.044715 x^3)).
CONVOY_INLINE float gelu_tangent(float x) { return tanh(sqrt_2_over_pi * (x + cubic * x * x * x)); }

void gelu_tanh(float* y, const float* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) y[i] = 0.5F * x[i] * (1 + gelu_tangent(x[i]));
}
void d_gelu_tanh(float* dx, const float* dy, const float* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float t = gelu_tangent(x[i]);
    const float inner = sqrt_2_over_pi * (1 + 3 * cubic * x[i] * x[i]);
    dx[i] = dy[i] * 0.5F * (1 + t + x[i] * (1 - t * t) * inner);
  }
}

void hard_swish(float* y, const float* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) y[i] = x[i] * between_0_and_1(x[i] / 6 + 0.5F);
}
void d_hard_swish(float* dx, const float* dy, const float* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float inner = x[i] / 3 + 0.5F;
    const float slope = x[i] > -3 ? inner : 0;
    dx[i] = dy[i] * (x[i] >= 3 ? 1 : slope);
  }
}

void mish(float* y, const float* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) y[i] = x[i] * tanh(log_one_plus_exp(x[i]));
}
void d_mish(float* dx, const float* dy, const float* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float t = tanh(log_one_plus_exp(x[i]));
    dx[i] = dy[i] * (t + x[i] * logistic(x[i]) * (1 - t * t));
  }
}

void prelu(float* y, const float* x, const float* slopes, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) y[i] = x[i] > 0 ? x[i] : slopes[i] * x[i];
}
void d_prelu(float* dx, float* d_slopes, const float* dy, const float* x, const float* slopes, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (d_slopes != nullptr) d_slopes[i] += x[i] > 0 ? 0 : dy[i] * x[i];
  }
  for (std::size_t i = 0; dx != nullptr && i < count; ++i) dx[i] = x[i] > 0 ? dy[i] : slopes[i] * dy[i];
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
    .elu = elu,
    .d_elu = d_elu,
    .selu = selu,
    .hard_sigmoid = hard_sigmoid,
    .softplus = softplus,
    .d_selu = d_selu,
    .d_hard_sigmoid = d_hard_sigmoid,
    .d_softplus = d_softplus,
    .gelu_tanh = gelu_tanh,
    .hard_swish = hard_swish,
    .mish = mish,
    .d_gelu_tanh = d_gelu_tanh,
    .d_hard_swish = d_hard_swish,
    .d_mish = d_mish,
    .prelu = prelu,
    .d_prelu = d_prelu,
    .gelu = gelu,
    .silu = silu,
    .d_gelu = d_gelu,
    .d_silu = d_silu,
};

}  // namespace convoy::kernels
