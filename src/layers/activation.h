#pragma once

#include <string>

#include "core/described.h"
#include "layers/layer.h"

namespace convoy::layers {

/// y = f(x), element by element: relu, relu6, leaky_relu, sigmoid, tanh, gelu or silu. One class for all, since they
/// differ by their kernels only; softmax, which couples its elements, has its own.
class Elementwise final : public SampleLayer {
 public:
  struct Function {
    void (*forward)(float* y, const float* x, std::size_t count, float slope);
    /// `source` is y for functions that overwrite their input, else x.
    void (*backward)(float* dx, const float* dy, const float* source, std::size_t count, float slope);
    bool from_output;
  };

  Elementwise(const Function& function, float slope) : function_(function), slope_(slope) {}

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  Function function_;
  float slope_;
  std::size_t size_ = 0;
};

/// y = exp(x) / sum exp(x) over the last axis.
class Softmax final : public SampleLayer {
 public:
  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  std::size_t rows_ = 0;
  std::size_t classes_ = 0;
};

/// The names of the functions.
const Texts& activation_functions();

/// Their rows in the registry: `activation`, whose key tells which, and each under its own name.
TypeRow<Layer> activation_type();
TypeRow<Layer> function_type(const std::string& function);
TypeRow<Layer> leaky_relu_type();

}  // namespace convoy::layers
