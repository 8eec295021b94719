#include "kernels/optimizer.h"

#include <cmath>

namespace convoy::kernels {
namespace {

void adam(float* __restrict w, float* __restrict m, float* __restrict v, const float* __restrict g, std::size_t count,
          float rate, float new_m, float new_v, float epsilon) {
  for (std::size_t i = 0; i < count; ++i) {
    m[i] += (g[i] - m[i]) * new_m;
    v[i] += (g[i] * g[i] - v[i]) * new_v;
    w[i] -= rate * m[i] / (__builtin_sqrtf(v[i]) + epsilon);
  }
}

void momentum(float* __restrict w, float* __restrict velocity, const float* __restrict g, std::size_t count, float rate,
              float factor, bool nesterov) {
  if (nesterov) {
    for (std::size_t i = 0; i < count; ++i) {
      velocity[i] = factor * velocity[i] - rate * g[i];
      w[i] += factor * velocity[i] - rate * g[i];
    }
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      velocity[i] = factor * velocity[i] - rate * g[i];
      w[i] += velocity[i];
    }
  }
}

void descend(float* __restrict w, const float* __restrict g, std::size_t count, float rate) {
  for (std::size_t i = 0; i < count; ++i) w[i] -= rate * g[i];
}

void rmsprop(float* __restrict w, float* __restrict v, float* __restrict velocity, const float* __restrict g,
             std::size_t count, float rate, float new_v, float factor, float epsilon) {
  for (std::size_t i = 0; i < count; ++i) {
    v[i] += (g[i] * g[i] - v[i]) * new_v;
    velocity[i] = factor * velocity[i] + rate * g[i] / __builtin_sqrtf(v[i] + epsilon);
    w[i] -= velocity[i];
  }
}

void scale(float* __restrict w, std::size_t count, float factor) {
  for (std::size_t i = 0; i < count; ++i) w[i] *= factor;
}

}  // namespace

template <>
const OptimizerKernels Table<OptimizerKernels, Isa::CONVOY_KERNEL_ISA>::functions = {adam, momentum, descend, rmsprop,
                                                                                     scale};

}  // namespace convoy::kernels
