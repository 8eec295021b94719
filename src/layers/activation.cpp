#include "layers/activation.h"

#include <memory>
#include <optional>

#include "convoy/error.h"
#include "core/text.h"
#include "kernels/activation.h"
#include "kernels/softmax.h"
#include "layers/check.h"
#include "layers/described_layer.h"

namespace convoy::layers {
namespace {

using kernels::activation;
using kernels::ActivationKernels;

/// An Elementwise::Function of two members of the kernel table that take no number.
template <auto forward, auto backward>
constexpr Elementwise::Function plain(bool from_output) {
  return {[](float* y, const float* x, std::size_t count, float) { (activation().*forward)(y, x, count); },
          [](float* dx, const float* dy, const float* source, std::size_t count, float) {
            (activation().*backward)(dx, dy, source, count);
          },
          from_output};
}

/// An Elementwise::Function of two members of the kernel table that take a number; backward reads the output.
template <auto forward, auto backward>
Elementwise::Function with_number(double usual) {
  return {
      [](float* y, const float* x, std::size_t count, float number) { (activation().*forward)(y, x, count, number); },
      [](float* dx, const float* dy, const float* y, std::size_t count, float number) {
        (activation().*backward)(dx, dy, y, count, number);
      },
      true, usual};
}

/// An activation function with its name and meaning.
struct Row {
  std::string name;
  std::string doc;
  std::optional<Elementwise::Function> function = {};  ///< empty: softmax or log_softmax
};

/// The rows of all activation functions: the one table to extend.
const std::vector<Row>& activation_rows() {
  using A = ActivationKernels;
  static const std::vector<Row> table = {
      {"relu", "max(x, 0).", plain<&A::relu, &A::d_relu>(true)},
      {"relu6", "max(x, 0), at most 6.", plain<&A::relu6, &A::d_relu6>(true)},
      {"leaky_relu", "x where it is positive, else slope * x.",
       with_number<&A::leaky_relu, &A::d_leaky_relu>(convoy::LeakyReLU{}.slope)},
      {"elu", "x where it is positive, else alpha * (exp(x) - 1).",
       with_number<&A::elu, &A::d_elu>(convoy::ELU{}.alpha)},
      {"selu", "1.0507 * elu(x) with alpha 1.6733 (Klambauer et al. 2017).", plain<&A::selu, &A::d_selu>(true)},
      {"sigmoid", "1 / (1 + exp(-x)).", plain<&A::sigmoid, &A::d_sigmoid>(true)},
      {"tanh", "The hyperbolic tangent.", plain<&A::tanh, &A::d_tanh>(true)},
      {"gelu", "x times the normal distribution function of x (Hendrycks & Gimpel 2016), exact.",
       plain<&A::gelu, &A::d_gelu>(false)},
      {"gelu_tanh", "gelu by a tanh: Keras's gelu(approximate=True), PyTorch's GELU(approximate='tanh').",
       plain<&A::gelu_tanh, &A::d_gelu_tanh>(false)},
      {"silu", "x * sigmoid(x), also called swish.", plain<&A::silu, &A::d_silu>(false)},
      {"hard_sigmoid", "x / 6 + 1/2 between 0 and 1, as in Keras 3 and PyTorch; Keras 2 had x / 5 + 1/2.",
       plain<&A::hard_sigmoid, &A::d_hard_sigmoid>(true)},
      {"hard_swish", "x * hard_sigmoid(x).", plain<&A::hard_swish, &A::d_hard_swish>(false)},
      {"softplus", "log(1 + exp(x)).", plain<&A::softplus, &A::d_softplus>(true)},
      {"mish", "x * tanh(softplus(x)).", plain<&A::mish, &A::d_mish>(false)},
      {"log_softmax",
       "The logarithm of softmax over the last axis; softmax_cross_entropy takes it as it takes logits."},
      {"softmax", "exp(x) / sum exp(x) over the last axis; at the end of a model it is fused with the loss."},
  };
  return table;
}

/// The row of that function. Throws Error{config} with the nearest name where there is none.
const Row& activation_row(const std::string& function) {
  for (const Row& row : activation_rows()) {
    if (row.name == function) return row;
  }
  throw Error(ErrorKind::config, "unknown activation \"" + function + "\": expected " +
                                     join_or(activation_functions()) + did_you_mean(function, activation_functions()));
}

/// A layer that computes the function, with `number` or the usual one. Throws Error{config} for an unknown function.
std::unique_ptr<Layer> make_activation(const std::string& function, std::optional<double> number = {}) {
  const auto& kernels = activation_row(function).function;
  if (!kernels) return std::make_unique<Softmax>(function == "log_softmax");
  return std::make_unique<Elementwise>(*kernels, number.value_or(kernels->usual_number));
}

/// The type `activation`. A network replaces such a layer by one of the function's own type.
const Described<convoy::Activation>& described_activation() {
  static const Described<convoy::Activation> all{
      "activation", "An activation function as a layer.",
      Fields<convoy::Activation>().add("function", &convoy::Activation::function, "Which one.",
                                       {.choices = activation_functions(), .required = true})};
  return all;
}

const Described<convoy::LeakyReLU>& described_leaky_relu() {
  static const Described<convoy::LeakyReLU> all{
      "leaky_relu", activation_row("leaky_relu").doc,
      Fields<convoy::LeakyReLU>().add("slope", &convoy::LeakyReLU::slope,
                                      "The slope for negative x: 0.2 as Keras's function leaky_relu; Keras's old layer "
                                      "LeakyReLU has 0.3, PyTorch 0.01.",
                                      {.min = 1e-6, .max = 1})};
  return all;
}

const Described<convoy::ELU>& described_elu() {
  static const Described<convoy::ELU> all{
      "elu", activation_row("elu").doc,
      Fields<convoy::ELU>().add("alpha", &convoy::ELU::alpha, "What large negative x come to, but for the sign.",
                                {.min = 0})};
  return all;
}

}  // namespace

Declaration Elementwise::setup(std::span<const Shape> inputs) {
  const Shape& input = only_input(inputs);
  shape_ = input;
  return {.output = input, .in_place = function_.from_output, .reads_output = function_.from_output};
}

void Elementwise::forward_sample(const Pass& pass, const Task& task) const {
  const Band band(shape_, task);
  function_.forward(pass.output[task.index] + band.first, pass.inputs[0][task.index] + band.first, band.count, number_);
}

void Elementwise::backward_sample(const Pass& pass, const Task& task) const {
  if (!pass.d_inputs[0]) return;
  const float* source = function_.from_output ? pass.output[task.index] : pass.inputs[0][task.index];
  function_.backward(pass.d_inputs[0][task.index], pass.d_output[task.index], source, shape_.size(), number_);
}

Declaration Softmax::setup(std::span<const Shape> inputs) {
  const Shape& input = only_input(inputs);
  classes_ = static_cast<std::size_t>(input.last());
  rows_ = input.size() / classes_;
  return {.output = input, .in_place = true, .reads_output = true};
}

void Softmax::forward_sample(const Pass& pass, const Task& task) const {
  const auto forward = logarithm_ ? kernels::softmax().log_forward : kernels::softmax().forward;
  forward(pass.output[task.index], pass.inputs[0][task.index], rows_, classes_);
}

void Softmax::backward_sample(const Pass& pass, const Task& task) const {
  if (!pass.d_inputs[0]) return;
  const auto backward = logarithm_ ? kernels::softmax().log_backward : kernels::softmax().backward;
  backward(pass.d_inputs[0][task.index], pass.d_output[task.index], pass.output[task.index], rows_, classes_);
}

const Texts& activation_functions() {
  static const Texts names = [] {
    Texts all;
    for (const Row& row : activation_rows()) all.push_back(row.name);
    return all;
  }();
  return names;
}

TypeRow<Layer> activation_type() {
  const auto& described = described_activation();
  return {{described.name, described.doc, described.fields.keys()},
          [&described](const Settings& complete) { return make_activation(described.read(complete).function); }};
}

TypeRow<Layer> function_type(const std::string& function) {
  return {{function, activation_row(function).doc, {}},
          [function](const Settings&) { return make_activation(function); }};
}

TypeRow<Layer> leaky_relu_type() {
  const auto& described = described_leaky_relu();
  return {{described.name, described.doc, described.fields.keys()}, [&described](const Settings& complete) {
            return make_activation(described.name, described.read(complete).slope);
          }};
}

TypeRow<Layer> elu_type() {
  const auto& described = described_elu();
  return {{described.name, described.doc, described.fields.keys()}, [&described](const Settings& complete) {
            return make_activation(described.name, described.read(complete).alpha);
          }};
}

}  // namespace convoy::layers

convoy::ELU::operator convoy::LayerSpec() const { return layers::layer_spec(layers::described_elu(), *this); }

convoy::Activation::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::described_activation(), *this);
}

convoy::LeakyReLU::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::described_leaky_relu(), *this);
}
