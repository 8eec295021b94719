// Feature vectors in another order: PyTorch makes images of a vector channel by channel, convoy pixel by pixel, so that
// the weights that make the vector change their places.

#include <algorithm>
#include <set>

#include "formats/onnx_layers.h"

namespace convoy::formats::onnx {
namespace {

constexpr int deepest = 32;

using Order = std::vector<std::size_t>;

template <class Number>
void reorder(std::vector<Number>& numbers, const Order& from) {
  if (numbers.size() % from.size() != 0) return;  // one for all
  const std::vector<Number> old = numbers;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::size_t row = i / from.size() * from.size();
    numbers[i] = old[row + from[i - row]];
  }
}

/// Each number of whose output comes of the number at the same place of each input, or of all of them alike.
bool keeps_places(const std::string& type) {
  static const std::set<std::string> types = {
      "",     "add",       "affine",     "average",    "batch_norm", "dropout",     "elu",
      "gelu", "gelu_tanh", "hard_swish", "layer_norm", "leaky_relu", "log_softmax", "maximum",
      "mish", "multiply",  "prelu",      "relu",       "relu6",      "selu",        "sigmoid",
      "silu", "softmax",   "softplus",   "subtract",   "tanh",       "hard_sigmoid"};
  return types.contains(type);
}

}  // namespace

ExpressionPtr Layers::reordered(const ExpressionPtr& x, const Order& from, int depth) {
  if (x->shape.rank() != 1 || depth > deepest) return nullptr;
  if (x->output) return reordered_layer(*x->output, from, depth);
  const bool dense = x->spec.type == "dense";
  if (x->kind != Expression::Kind::function && x->kind != Expression::Kind::pending) return nullptr;
  if (!dense && !keeps_places(x->spec.type)) return nullptr;
  auto made = std::make_shared<Expression>(*x);
  for (ExpressionPtr& input : made->inputs) {
    if (!dense) input = reordered(input, from, depth + 1);
    if (!input) return nullptr;
  }
  for (auto& tensor : made->tensors) reorder(tensor.second, from);
  if (made->gamma) reorder(*made->gamma, from);
  if (made->beta) reorder(*made->beta, from);
  return made;
}

ExpressionPtr Layers::reordered_layer(const Output& output, const Order& from, int depth) {
  const auto layer = std::ranges::find(layers_, output.layer, &LayerSpec::name);
  if (layer == layers_.end() || (layer->type != "dense" && !keeps_places(layer->type))) return nullptr;
  LayerSpec spec = *layer;
  std::vector<ExpressionPtr> inputs;
  for (const std::string& name : spec.inputs) {
    auto input = std::make_shared<Expression>();
    input->output = Output{name, shapes_.contains(name) ? shapes_.at(name) : input_->shape};
    input->shape = input->output->shape;
    inputs.push_back(spec.type == "dense" ? input : reordered(input, from, depth + 1));
    if (!inputs.back()) return nullptr;
  }
  spec.inputs.clear();
  Tensors tensors;
  const std::string prefix = spec.name + "/";
  for (auto tensor = tensors_.lower_bound(prefix); tensor != tensors_.end(); ++tensor) {
    if (!tensor->first.starts_with(prefix)) break;
    std::vector<float> values = tensor->second;
    reorder(values, from);
    tensors[tensor->first.substr(prefix.size())] = std::move(values);
  }
  const Place place{spec.name, ""};
  return add(place, std::move(spec), inputs, std::move(tensors));
}

}  // namespace convoy::formats::onnx
