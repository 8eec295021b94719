#include "layers/activation.h"

#include <memory>

#include "convoy/error.h"
#include "core/text.h"
#include "kernels/activation.h"
#include "kernels/softmax.h"
#include "layers/check.h"

namespace convoy::layers {
namespace {

using kernels::activation;
using kernels::ActivationKernels;

/// A function of the kernel table as an Elementwise::Function.
template <auto forward, auto backward>
constexpr Elementwise::Function plain(bool from_output) {
  return {[](float* y, const float* x, std::size_t count, float) { (activation().*forward)(y, x, count); },
          [](float* dx, const float* dy, const float* source, std::size_t count, float) {
            (activation().*backward)(dx, dy, source, count);
          },
          from_output};
}

constexpr Elementwise::Function leaky = {
    [](float* y, const float* x, std::size_t count, float slope) { activation().leaky_relu(y, x, count, slope); },
    [](float* dx, const float* dy, const float* y, std::size_t count, float slope) {
      activation().d_leaky_relu(dx, dy, y, count, slope);
    },
    true};

struct Row {
  std::string name;
  std::string doc;
  Elementwise::Function function;
};

const std::vector<Row>& activation_rows() {
  using A = ActivationKernels;
  static const std::vector<Row> table = {
      {"relu", "max(x, 0).", plain<&A::relu, &A::d_relu>(true)},
      {"relu6", "max(x, 0), at most 6.", plain<&A::relu6, &A::d_relu6>(true)},
      {"leaky_relu", "x where it is positive, else slope * x.", leaky},
      {"sigmoid", "1 / (1 + exp(-x)).", plain<&A::sigmoid, &A::d_sigmoid>(true)},
      {"tanh", "The hyperbolic tangent.", plain<&A::tanh, &A::d_tanh>(true)},
      {"gelu", "x times the normal distribution function of x (Hendrycks & Gimpel 2016), exact.",
       plain<&A::gelu, &A::d_gelu>(false)},
      {"silu", "x * sigmoid(x), also called swish.", plain<&A::silu, &A::d_silu>(false)},
  };
  return table;
}

constexpr const char* softmax_doc =
    "exp(x) / sum exp(x) over the last axis; at the end of a model it is fused with the loss.";

}  // namespace

Declaration Elementwise::setup(std::span<const Shape> inputs) {
  const Shape& input = only_input(inputs);
  size_ = input.size();
  return {.output = input, .in_place = function_.from_output, .reads_output = function_.from_output};
}

void Elementwise::forward_sample(const Pass& pass, const Task& task) const {
  function_.forward(pass.output[task.index], pass.inputs[0][task.index], size_, slope_);
}

void Elementwise::backward_sample(const Pass& pass, const Task& task) const {
  if (!pass.d_inputs[0]) return;
  const float* source = function_.from_output ? pass.output[task.index] : pass.inputs[0][task.index];
  function_.backward(pass.d_inputs[0][task.index], pass.d_output[task.index], source, size_, slope_);
}

Declaration Softmax::setup(std::span<const Shape> inputs) {
  const Shape& input = only_input(inputs);
  classes_ = static_cast<std::size_t>(input.last());
  rows_ = input.size() / classes_;
  return {.output = input, .in_place = true, .reads_output = true};
}

void Softmax::forward_sample(const Pass& pass, const Task& task) const {
  kernels::softmax().forward(pass.output[task.index], pass.inputs[0][task.index], rows_, classes_);
}

void Softmax::backward_sample(const Pass& pass, const Task& task) const {
  if (!pass.d_inputs[0]) return;
  kernels::softmax().backward(pass.d_inputs[0][task.index], pass.d_output[task.index], pass.output[task.index], rows_,
                              classes_);
}

std::unique_ptr<Layer> make_activation(const std::string& function, float slope) {
  if (function == "softmax") return std::make_unique<Softmax>();
  for (const Row& row : activation_rows()) {
    if (row.name == function) return std::make_unique<Elementwise>(row.function, slope);
  }
  throw Error(ErrorKind::config, "unknown activation \"" + function + "\": expected " +
                                     join_or(activation_functions()) + did_you_mean(function, activation_functions()));
}

const Texts& activation_functions() {
  static const Texts names = [] {
    Texts all;
    for (const TypeSpec& spec : activation_specs()) all.push_back(spec.name);
    return all;
  }();
  return names;
}

std::vector<TypeSpec> activation_specs() {
  std::vector<TypeSpec> specs;
  for (const Row& row : activation_rows()) {
    TypeSpec spec{row.name, row.doc, {}};
    if (row.name == "leaky_relu") {  // Keras's default for the activation function
      spec.keys = {{.name = "slope",
                    .kind = Kind::number,
                    .fallback = Value{0.2},
                    .doc = "The slope for negative x.",
                    .min = 1e-6,
                    .max = 1}};
    }
    specs.push_back(spec);
  }
  specs.push_back({"softmax", softmax_doc, {}});
  return specs;
}

}  // namespace convoy::layers
