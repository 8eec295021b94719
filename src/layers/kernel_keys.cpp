#include "layers/kernel_keys.h"

#include <string>

#include "layers/activation.h"

namespace convoy::layers {
namespace {

const Texts initializers = {"zeros",         "ones",           "glorot_uniform",   "glorot_normal",
                            "he_uniform",    "he_normal",      "lecun_uniform",    "lecun_normal",
                            "random_normal", "random_uniform", "truncated_normal", "constant"};
/// The deviation, the limit, the constant.
const std::vector<Numbered> numbered = {
    {"random_normal", 0}, {"random_uniform", 0}, {"truncated_normal", 0}, {"constant"}};

KeySpec initializer(const char* name, const char* fallback, const char* doc) {
  return {.name = name,
          .kind = Kind::choice,
          .fallback = std::string(fallback),
          .doc = doc,
          .choices = initializers,
          .numbered = numbered};
}

KeySpec amount(const char* name, const char* doc) {
  return {.name = name, .kind = Kind::number, .fallback = 0.0, .doc = doc, .min = 0};
}

Texts activations() {
  Texts names = activation_functions();
  names.insert(names.begin(), "linear");
  return names;
}

}  // namespace

std::vector<KeySpec> kernel_keys() {
  return {
      {.name = "activation",
       .kind = Kind::choice,
       .fallback = std::string("linear"),
       .doc = "What follows.",
       .choices = activations()},
      {.name = "use_bias", .kind = Kind::flag, .fallback = true, .doc = "Whether a bias is added."},
      initializer("kernel_initializer", "glorot_uniform",
                  "How the kernel begins; a number is the deviation, the limit or the constant: random_normal(0.1)."),
      initializer("bias_initializer", "zeros", "How the bias begins; as kernel_initializer."),
      amount("kernel_regularizer.l1", "Adds this times the sum of the kernel's absolute values to the loss."),
      amount("kernel_regularizer.l2", "Adds this times the sum of the kernel's squares to the loss."),
      amount("max_norm", "Largest norm of one output's kernel after a step; 0 for none."),
  };
}

ParameterSpec kernel_from(const Settings& settings) {
  return {.name = "kernel",
          .shape = {},
          .initializer = settings.text("kernel_initializer"),
          .decayed = true,
          .l1 = settings.number("kernel_regularizer.l1"),
          .l2 = settings.number("kernel_regularizer.l2"),
          .max_norm = settings.number("max_norm")};
}

ParameterSpec bias_from(const Settings& settings) {
  return {.name = "bias", .shape = {}, .initializer = settings.text("bias_initializer")};
}

}  // namespace convoy::layers
