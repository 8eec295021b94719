#pragma once

#include <cstddef>

#include "kernels/isa.h"

namespace convoy::kernels {

/// The optimizers' element-wise rules, as Keras 3 computes them: w are the parameters, g the gradients, other arrays
/// the optimizer's memory, each of `count` floats. Each rule updates w and the memory.
struct OptimizerKernels {
  /// m += (g - m) new_m; v += (g^2 - v) new_v; w -= rate * m / (sqrt(v) + epsilon), where `rate` includes the bias
  /// correction sqrt(1 - beta_2^t) / (1 - beta_1^t) (Kingma & Ba 2015, end of section 2). new_m is 1 - beta_1, new_v
  /// 1 - beta_2, taken in double: 1 - 0.999F is off by 1e-5.
  void (*adam)(float* w, float* m, float* v, const float* g, std::size_t count, float rate, float new_m, float new_v,
               float epsilon);
  /// The same, but v_max = max(v_max, v) in the place of v in the step (Reddi et al. 2018, "On the convergence of
  /// Adam").
  void (*amsgrad)(float* w, float* m, float* v, float* v_max, const float* g, std::size_t count, float rate,
                  float new_m, float new_v, float epsilon);
  /// m and v as in adam; w -= (of_m * m + of_g * g) / (sqrt(v * of_v) + epsilon), where the factors hold rate and bias
  /// corrections (Dozat 2016, "Incorporating Nesterov momentum into Adam").
  void (*nadam)(float* w, float* m, float* v, const float* g, std::size_t count, float of_m, float of_g, float of_v,
                float new_m, float new_v, float epsilon);
  /// velocity = momentum * velocity - rate * g; w += velocity, or with Nesterov w += momentum * velocity - rate * g.
  void (*momentum)(float* w, float* velocity, const float* g, std::size_t count, float rate, float momentum,
                   bool nesterov);
  /// w -= rate * g
  void (*descend)(float* w, const float* g, std::size_t count, float rate);
  /// v += (g^2 - v) new_v, new_v being 1 - rho; step = rate * g / sqrt(v + epsilon) (Tieleman & Hinton 2012); with
  /// momentum velocity = momentum * velocity + step, w -= velocity; else w -= step.
  void (*rmsprop)(float* w, float* v, float* velocity, const float* g, std::size_t count, float rate, float new_v,
                  float momentum, float epsilon);
  /// velocity = momentum * velocity + g; w -= rate * velocity, or with Nesterov w -= rate * (g + momentum * velocity):
  /// PyTorch's, which remembers gradients.
  void (*momentum_of_gradients)(float* w, float* velocity, const float* g, std::size_t count, float rate,
                                float momentum, bool nesterov);
  /// sum += g^2; w -= rate * g / sqrt(sum + epsilon) (Duchi et al. 2011)
  void (*adagrad)(float* w, float* sum, const float* g, std::size_t count, float rate, float epsilon);
  /// v += (g^2 - v) new_v; step = sqrt(d + epsilon) / sqrt(v + epsilon) * g; d += (step^2 - d) new_v; w -= rate * step
  /// (Zeiler 2012)
  void (*adadelta)(float* w, float* v, float* d, const float* g, std::size_t count, float rate, float new_v,
                   float epsilon);
  /// w -= rate * sign(beta_1 * m + new_1 * g); m = beta_2 * m + new_2 * g, new_1 being 1 - beta_1 (Chen et al. 2023)
  void (*lion)(float* w, float* m, const float* g, std::size_t count, float rate, float beta_1, float new_1,
               float beta_2, float new_2);
  /// slow += rate * (w - slow); w = slow (Zhang et al. 2019)
  void (*lookahead)(float* w, float* slow, std::size_t count, float rate);
  /// w *= factor
  void (*scale)(float* w, std::size_t count, float factor);
};

inline const OptimizerKernels& optimizer() { return for_this_cpu<OptimizerKernels>(); }

}  // namespace convoy::kernels
