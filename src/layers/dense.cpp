#include "layers/dense.h"

#include <algorithm>

#include "kernels/dense.h"
#include "kernels/matmul.h"
#include "layers/check.h"
#include "layers/kernel_fields.h"
#include "layers/registry.h"

namespace convoy::layers {
namespace {

constexpr int most_parts = 16;     // over the inputs
constexpr int least_inputs = 256;  // of a part: a block of the weights in L1
constexpr int column_block = 64;   // units of a part of forward_columns

kernels::Rows<const float> rows(const BatchView& view) { return {view.data, view.stride}; }
kernels::Rows<float> writable(const BatchView& view) { return {view.data, view.stride}; }

/// The leading dimension of a batch as a matrix, one sample a row.
int leading(const BatchView& view) { return static_cast<int>(view.stride); }

}  // namespace

Dense::Dense(const convoy::Dense& options)
    : kernel_spec_(kernel_of(options)),
      bias_spec_(bias_of(options)),
      units_(options.units),
      use_bias_(options.use_bias) {}

const Described<convoy::Dense>& Dense::described() {
  using Options = convoy::Dense;
  static const Described<Options> all{
      "dense", "A fully connected layer.",
      Fields<Options>()
          .add("units", &Options::units, "Features of the output.", {.min = 1, .max = 1 << 24, .required = true})
          .add_all(kernel_fields<Options>())};
  return all;
}

Declaration Dense::setup(std::span<const Shape> inputs) {
  const Shape& input = only_input(inputs);
  if (input.rank() != 1) {
    throw Error(ErrorKind::config, "expected a feature vector, got " + input.text() +
                                       "; add a flatten or global_avg_pool layer before it");
  }
  inputs_ = input[0];
  parts_ = std::clamp(inputs_ / least_inputs, 1, most_parts);
  column_parts_ = (units_ + column_block - 1) / column_block;
  Declaration declaration{.output = {units_}};
  kernel_spec_.shape = {inputs_, units_};
  kernel_spec_.fan_in = inputs_;
  kernel_spec_.fan_out = units_;
  bias_spec_.shape = {units_};
  bias_spec_.fan_in = units_;  // what Keras takes for a tensor with one axis
  bias_spec_.fan_out = units_;
  declaration.parameters.push_back(kernel_spec_);
  if (use_bias_) declaration.parameters.push_back(bias_spec_);
  // Each part's share of the dot products, until they are added up.
  if (few_units()) declaration.saved_bytes = static_cast<std::size_t>(parts_ * units_) * sizeof(float);
  declaration.folding = Folding::linear;
  declaration.macs = static_cast<std::int64_t>(inputs_) * units_;
  return declaration;
}

bool Dense::few_units() const { return units_ <= kernels::most_few_units; }

int Dense::begin_of(int part) const {
  constexpr int line = 16;
  return part == parts_ ? inputs_ : static_cast<int>(static_cast<std::int64_t>(inputs_) * part / parts_) / line * line;
}

Stages Dense::forward(Mode, bool) const {
  if (few_units()) {
    return {{parts_, [this](const Pass& pass, const Task& task) { forward_part(pass, task.index); }},
            {Stage::by_sample, [this](const Pass& pass, const Task& task) { add_parts(pass, task.index); }}};
  }
  return {{column_parts_, [this](const Pass& pass, const Task& task) { forward_columns(pass, task.index); }}};
}

Stages Dense::backward(bool) const {
  Stages stages = {{parts_, [this](const Pass& pass, const Task& task) { backward_part(pass, task.index); }}};
  if (use_bias_) stages.push_back({1, [this](const Pass& pass, const Task&) { add_bias_gradient(pass); }});
  return stages;
}

void Dense::forward_part(const Pass& pass, int part) const {
  const kernels::Rows<float> partial{pass.saved_of<float>(0) + static_cast<std::ptrdiff_t>(part) * units_,
                                     static_cast<std::ptrdiff_t>(pass.saved_stride / sizeof(float))};
  kernels::few_units_forward(partial, rows(pass.inputs[0]), pass.parameters[kernel], begin_of(part), begin_of(part + 1),
                             units_, pass.batch);
}

void Dense::add_parts(const Pass& pass, int sample) const {
  const float* partial = pass.saved_of<float>(sample);
  float* y = pass.output[sample];
  for (int o = 0; o < units_; ++o) {
    y[o] = use_bias_ ? pass.parameters[bias][o] : 0.0F;
    for (int part = 0; part < parts_; ++part) y[o] += partial[part * units_ + o];
  }
}

//  y (batch x units)  =  x (batch x inputs)  kernel (inputs x units),  a block of columns
void Dense::forward_columns(const Pass& pass, int part) const {
  const int begin = part * column_block;
  const int count = std::min(column_block, units_ - begin);
  const BatchView& x = pass.inputs[0];
  const BatchView& y = pass.output;
  for (int n = 0; n < pass.batch; ++n) {
    if (use_bias_) {
      std::copy_n(pass.parameters[bias] + begin, count, y[n] + begin);
    } else {
      std::fill_n(y[n] + begin, count, 0.0F);
    }
  }
  kernels::matmul(kernels::Transpose::no, kernels::Transpose::no, pass.batch, count, inputs_, x.data, leading(x),
                  pass.parameters[kernel] + begin, units_, true, y.data + begin, leading(y));
}

void Dense::backward_part(const Pass& pass, int part) const {
  const int begin = begin_of(part);
  const int end = begin_of(part + 1);
  if (few_units()) {
    kernels::dense().backward(writable(pass.d_inputs[0]), pass.gradients[kernel], rows(pass.d_output),
                              rows(pass.inputs[0]), pass.parameters[kernel], begin, end, units_, pass.groups);
  } else {
    backward_many(pass, begin, end);
  }
}

//  dx (batch x inputs)  =  dy (batch x units)  kernel^T (units x inputs),  a block of columns
void Dense::backward_many(const Pass& pass, int begin, int end) const {
  using kernels::Transpose;
  const BatchView& dx = pass.d_inputs[0];
  const BatchView& dy = pass.d_output;
  const std::ptrdiff_t first = static_cast<std::ptrdiff_t>(begin) * units_;
  if (pass.gradients[kernel] != nullptr) {
    kernels::dense().weight_gradient(pass.gradients[kernel], rows(dy), rows(pass.inputs[0]), begin, end, units_,
                                     pass.groups);
  }
  if (dx) {
    kernels::matmul(Transpose::no, Transpose::yes, pass.batch, end - begin, units_, dy.data, leading(dy),
                    pass.parameters[kernel] + first, units_, false, dx.data + begin, leading(dx));
  }
}

// The bias is the weight of an input that is always 1.
void Dense::add_bias_gradient(const Pass& pass) const {
  if (pass.gradients[bias] == nullptr) return;
  const float one = 1;
  kernels::dense().weight_gradient(pass.gradients[bias], rows(pass.d_output), {&one, 0}, 0, 1, units_, pass.groups);
}

LayerType dense_row() { return type_row<Layer, Dense>(Dense::described()); }

}  // namespace convoy::layers

convoy::Dense::operator convoy::LayerSpec() const { return layers::layer_spec(layers::Dense::described(), *this); }
