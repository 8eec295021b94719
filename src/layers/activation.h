#pragma once

#include <string>

#include "core/described.h"
#include "layers/layer.h"

namespace convoy::layers {

/// y = f(x), element by element. One class for all such functions, since they differ by their kernels only; softmax,
/// which couples its elements, has its own.
class Elementwise final : public SampleLayer {
 public:
  /// An activation function's kernels.
  struct Function {
    void (*forward)(float* y, const float* x, std::size_t count, float number);
    /// `source` is y for functions that overwrite their input, else x.
    void (*backward)(float* dx, const float* dy, const float* source, std::size_t count, float number);
    bool from_output;         ///< whether backward reads y, so that forward may overwrite x
    double usual_number = 0;  ///< the default of `number`: the slope of leaky_relu, the alpha of elu; others have none
  };

  Elementwise(const Function& function, double number) : function_(function), number_(static_cast<float>(number)) {}

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  bool band_by_band() const override { return true; }
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  Function function_;
  float number_;
  Shape shape_;
};

/// y = exp(x) / sum exp(x) over the last axis, or its logarithm.
class Softmax final : public SampleLayer {
 public:
  explicit Softmax(bool logarithm) : logarithm_(logarithm) {}

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  bool logarithm_;
  std::size_t rows_ = 0;
  std::size_t classes_ = 0;
};

/// The names of all activation functions.
const Texts& activation_functions();

/// The registry's row of the type `activation`, whose key names the function.
TypeRow<Layer> activation_type();
/// The registry's row of a function that has no number, as a layer type of that name. Throws Error{config} for an
/// unknown one.
TypeRow<Layer> function_type(const std::string& function);
TypeRow<Layer> leaky_relu_type();
TypeRow<Layer> elu_type();

}  // namespace convoy::layers
