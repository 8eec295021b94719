#pragma once

#include "layers/activation.h"
#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// The values that the key of an initialiser accepts: names, some with a number.
Accepts initializers();

/// The keys that layers with a kernel share.
template <class Options>
Fields<Options> kernel_fields() {
  Texts activations = activation_functions();
  activations.insert(activations.begin(), "linear");
  return Fields<Options>()
      .add("activation", &Options::activation,
           "What follows; leaky_relu(0.1) has another slope than the usual, elu(0.5) another alpha.",
           {.choices = activations, .numbered = {{"leaky_relu", 0}, {"elu", 0}}})
      .add("use_bias", &Options::use_bias, "Whether a bias is added.")
      .add("kernel_initializer", &Options::kernel_initializer,
           "How the kernel begins; a number is the deviation, the limit or the constant: random_normal(0.1); the gain "
           "of "
           "orthogonal, the scale of variance_scaling.",
           initializers())
      .add("bias_initializer", &Options::bias_initializer, "How the bias begins; as kernel_initializer.",
           initializers())
      .add("kernel_regularizer.l1", [](Options& options) -> double& { return options.kernel_regularizer.l1; },
           "Adds this times the sum of the kernel's absolute values to the loss.", {.min = 0})
      .add("kernel_regularizer.l2", [](Options& options) -> double& { return options.kernel_regularizer.l2; },
           "Adds this times the sum of the kernel's squares to the loss.", {.min = 0})
      .add("bias_regularizer.l1", [](Options& options) -> double& { return options.bias_regularizer.l1; },
           "Adds this times the sum of the bias's absolute values to the loss.", {.min = 0})
      .add("bias_regularizer.l2", [](Options& options) -> double& { return options.bias_regularizer.l2; },
           "Adds this times the sum of the bias's squares to the loss.", {.min = 0})
      .add("max_norm", &Options::max_norm, "Largest norm of one output's kernel after a step; 0 for none.", {.min = 0});
}

/// The kernel's declaration by these keys: initialiser, penalties, max_norm. The layer adds shape and fans.
template <class Options>
ParameterDeclaration kernel_of(const Options& options) {
  return {.name = "kernel",
          .shape = {},
          .initializer = options.kernel_initializer,
          .decayed = true,
          .l1 = options.kernel_regularizer.l1,
          .l2 = options.kernel_regularizer.l2,
          .max_norm = options.max_norm};
}
/// The bias's declaration by these keys: initialiser and penalties. The layer adds shape and fans.
template <class Options>
ParameterDeclaration bias_of(const Options& options) {
  return {.name = "bias",
          .shape = {},
          .initializer = options.bias_initializer,
          .l1 = options.bias_regularizer.l1,
          .l2 = options.bias_regularizer.l2};
}

}  // namespace convoy::layers
