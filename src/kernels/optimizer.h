#pragma once

#include <cstddef>

#include "kernels/isa.h"

namespace convoy::kernels {

/// The optimizers' element-wise rules, as Keras 3 computes them: w parameters, g gradients, the rest the optimizer's
/// memory, all of `count` floats. Each assigns w and its memory.
struct OptimizerKernels {
  /// m += (g - m) new_m; v += (g^2 - v) new_v; w -= rate * m / (sqrt(v) + epsilon), where `rate` includes the bias
  /// correction sqrt(1 - beta_2^t) / (1 - beta_1^t) (Kingma & Ba 2015, end of section 2). new_m is 1 - beta_1, new_v
  /// 1 - beta_2, taken in double: 1 - 0.999F is off by 1e-5.
  void (*adam)(float* w, float* m, float* v, const float* g, std::size_t count, float rate, float new_m, float new_v,
               float epsilon);
  /// velocity = momentum * velocity - rate * g; w += velocity, or with Nesterov w += momentum * velocity - rate * g.
  void (*momentum)(float* w, float* velocity, const float* g, std::size_t count, float rate, float momentum,
                   bool nesterov);
  /// w -= rate * g
  void (*descend)(float* w, const float* g, std::size_t count, float rate);
  /// v += (g^2 - v) new_v, new_v being 1 - rho; step = rate * g / sqrt(v + epsilon) (Tieleman & Hinton 2012); with
  /// momentum velocity = momentum * velocity + step, w -= velocity; else w -= step.
  void (*rmsprop)(float* w, float* v, float* velocity, const float* g, std::size_t count, float rate, float new_v,
                  float momentum, float epsilon);
  /// w *= factor
  void (*scale)(float* w, std::size_t count, float factor);
};

inline const OptimizerKernels& optimizer() { return for_this_cpu<OptimizerKernels>(); }

}  // namespace convoy::kernels
