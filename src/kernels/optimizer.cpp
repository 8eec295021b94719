#include "kernels/optimizer.h"

#include "kernels/simd.h"

namespace convoy::kernels {
namespace {

/// v + (g^2 - v) share
CONVOY_INLINE float moved_to_square(float v, float g, float share) {
  return multiply_add(multiply_add(g, g, -v), share, v);
}

void adam(float* __restrict w, float* __restrict m, float* __restrict v, const float* __restrict g, std::size_t count,
          float rate, float new_m, float new_v, float epsilon) {
  for (std::size_t i = 0; i < count; ++i) {
    m[i] = multiply_add(g[i] - m[i], new_m, m[i]);
    v[i] = moved_to_square(v[i], g[i], new_v);
    w[i] -= rate * m[i] / (__builtin_sqrtf(v[i]) + epsilon);
  }
}

void amsgrad(float* __restrict w, float* __restrict m, float* __restrict v, float* __restrict v_max,
             const float* __restrict g, std::size_t count, float rate, float new_m, float new_v, float epsilon) {
  for (std::size_t i = 0; i < count; ++i) {
    m[i] = multiply_add(g[i] - m[i], new_m, m[i]);
    v[i] = moved_to_square(v[i], g[i], new_v);
    v_max[i] = v[i] > v_max[i] ? v[i] : v_max[i];
    w[i] -= rate * m[i] / (__builtin_sqrtf(v_max[i]) + epsilon);
  }
}

void nadam(float* __restrict w, float* __restrict m, float* __restrict v, const float* __restrict g, std::size_t count,
           float of_m, float of_g, float of_v, float new_m, float new_v, float epsilon) {
  for (std::size_t i = 0; i < count; ++i) {
    m[i] = multiply_add(g[i] - m[i], new_m, m[i]);
    v[i] = moved_to_square(v[i], g[i], new_v);
    w[i] -= multiply_add(of_m, m[i], of_g * g[i]) / (__builtin_sqrtf(v[i] * of_v) + epsilon);
  }
}

void momentum_of_gradients(float* __restrict w, float* __restrict velocity, const float* __restrict g,
                           std::size_t count, float rate, float factor, bool nesterov) {
  for (std::size_t i = 0; i < count; ++i) {
    velocity[i] = multiply_add(factor, velocity[i], g[i]);
    w[i] = multiply_add(-rate, nesterov ? multiply_add(factor, velocity[i], g[i]) : velocity[i], w[i]);
  }
}

void adagrad(float* __restrict w, float* __restrict sum, const float* __restrict g, std::size_t count, float rate,
             float epsilon) {
  for (std::size_t i = 0; i < count; ++i) {
    sum[i] = multiply_add(g[i], g[i], sum[i]);
    w[i] -= rate * g[i] / __builtin_sqrtf(sum[i] + epsilon);
  }
}

void adadelta(float* __restrict w, float* __restrict v, float* __restrict d, const float* __restrict g,
              std::size_t count, float rate, float new_v, float epsilon) {
  for (std::size_t i = 0; i < count; ++i) {
    v[i] = moved_to_square(v[i], g[i], new_v);
    const float step = __builtin_sqrtf(d[i] + epsilon) / __builtin_sqrtf(v[i] + epsilon) * g[i];
    d[i] = moved_to_square(d[i], step, new_v);
    w[i] = multiply_add(-rate, step, w[i]);
  }
}

void lion(float* __restrict w, float* __restrict m, const float* __restrict g, std::size_t count, float rate,
          float beta_1, float new_1, float beta_2, float new_2) {
  for (std::size_t i = 0; i < count; ++i) {
    const float direction = multiply_add(beta_1, m[i], new_1 * g[i]);
    const float sign = direction > 0 ? 1.0F : (direction < 0 ? -1.0F : 0.0F);
    w[i] -= rate * sign;
    m[i] = multiply_add(beta_2, m[i], new_2 * g[i]);
  }
}

void lookahead(float* __restrict w, float* __restrict slow, std::size_t count, float rate) {
  for (std::size_t i = 0; i < count; ++i) {
    slow[i] = multiply_add(rate, w[i] - slow[i], slow[i]);
    w[i] = slow[i];
  }
}

void momentum(float* __restrict w, float* __restrict velocity, const float* __restrict g, std::size_t count, float rate,
              float factor, bool nesterov) {
  if (nesterov) {
    for (std::size_t i = 0; i < count; ++i) {
      velocity[i] = multiply_add(factor, velocity[i], -rate * g[i]);
      w[i] += multiply_add(factor, velocity[i], -rate * g[i]);
    }
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      velocity[i] = multiply_add(factor, velocity[i], -rate * g[i]);
      w[i] += velocity[i];
    }
  }
}

void descend(float* __restrict w, const float* __restrict g, std::size_t count, float rate) {
  for (std::size_t i = 0; i < count; ++i) w[i] = multiply_add(-rate, g[i], w[i]);
}

void rmsprop(float* __restrict w, float* __restrict v, float* __restrict velocity, const float* __restrict g,
             std::size_t count, float rate, float new_v, float factor, float epsilon) {
  for (std::size_t i = 0; i < count; ++i) {
    v[i] = moved_to_square(v[i], g[i], new_v);
    velocity[i] = multiply_add(factor, velocity[i], rate * g[i] / __builtin_sqrtf(v[i] + epsilon));
    w[i] -= velocity[i];
  }
}

void scale(float* __restrict w, std::size_t count, float factor) {
  for (std::size_t i = 0; i < count; ++i) w[i] *= factor;
}

}  // namespace

template <>
const OptimizerKernels Table<OptimizerKernels, Isa::CONVOY_KERNEL_ISA>::functions = {
    adam, amsgrad, nadam, momentum, descend, rmsprop, momentum_of_gradients, adagrad, adadelta, lion, lookahead, scale};

}  // namespace convoy::kernels
