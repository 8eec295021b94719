#include "layers/kernel_fields.h"

namespace convoy::layers {

Accepts initializers() {
  return {.choices = {"zeros", "ones", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform",
                      "lecun_normal", "random_normal", "random_uniform", "truncated_normal", "variance_scaling",
                      "orthogonal", "dirac", "constant"},
          // The numbers are: deviation, limit, deviation, scale, gain, constant.
          .numbered = {{"random_normal", 0},
                       {"random_uniform", 0},
                       {"truncated_normal", 0},
                       {"variance_scaling", 0},
                       {"orthogonal", 0},
                       {"constant"}}};
}

}  // namespace convoy::layers
