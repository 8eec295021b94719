#include "layers/registry.h"

#include <algorithm>

#include "convoy/error.h"
#include "core/text.h"
#include "layers/activation.h"
#include "layers/add.h"
#include "layers/avg_pool2d.h"
#include "layers/batch_norm.h"
#include "layers/concat.h"
#include "layers/conv2d.h"
#include "layers/dense.h"
#include "layers/dropout.h"
#include "layers/flatten.h"
#include "layers/global_avg_pool.h"
#include "layers/group_norm.h"
#include "layers/layer_norm.h"
#include "layers/max_pool2d.h"
#include "layers/noise.h"

namespace convoy {
namespace {

template <class Type>
LayerType row() {
  return {Type::spec(),
          [](const Settings& settings) -> std::unique_ptr<Layer> { return std::make_unique<Type>(settings); }};
}

/// An activation function under its own name.
template <const char* name>
std::unique_ptr<Layer> make_named(const Settings& settings) {
  return layers::make_activation(name, settings.has("slope") ? static_cast<float>(settings.number("slope")) : 0.0F);
}

template <const char* name>
LayerType activation_row() {
  const auto specs = layers::activation_specs();
  return {*std::ranges::find(specs, std::string(name), &TypeSpec::name), make_named<name>};
}

constexpr char relu[] = "relu";
constexpr char relu6[] = "relu6";
constexpr char leaky_relu[] = "leaky_relu";
constexpr char sigmoid[] = "sigmoid";
constexpr char tanh[] = "tanh";
constexpr char gelu[] = "gelu";
constexpr char silu[] = "silu";
constexpr char softmax[] = "softmax";

/// An activation by its key `function`; the network puts the function's own layer in its place.
LayerType activation_by_key() {
  const KeySpec function{.name = "function",
                         .kind = Kind::choice,
                         .fallback = {},
                         .doc = "Which one.",
                         .choices = layers::activation_functions(),
                         .required = true};
  return {{"activation", "An activation function as a layer.", {function}},
          [](const Settings& settings) { return layers::make_activation(settings.text("function")); }};
}

}  // namespace

const std::vector<LayerType>& layer_types() {
  static const std::vector<LayerType> types = {
      row<layers::Conv2D>(),        row<layers::Dense>(),      row<layers::BatchNorm>(), row<layers::GroupNorm>(),
      row<layers::LayerNorm>(),     row<layers::MaxPool2D>(),  row<layers::AvgPool2D>(), row<layers::GlobalAvgPool>(),
      row<layers::Flatten>(),       row<layers::Dropout>(),    row<layers::Noise>(),     row<layers::Add>(),
      row<layers::Concat>(),        activation_by_key(),       activation_row<relu>(),   activation_row<relu6>(),
      activation_row<leaky_relu>(), activation_row<sigmoid>(), activation_row<tanh>(),   activation_row<gelu>(),
      activation_row<silu>(),       activation_row<softmax>(),
  };
  return types;
}

const LayerType& layer_type(const std::string& name) {
  const auto& types = layer_types();
  const auto found = std::ranges::find(types, name, [](const LayerType& type) { return type.spec.name; });
  if (found != types.end()) return *found;
  Texts names;
  for (const auto& type : types) names.push_back(type.spec.name);
  throw Error(ErrorKind::config, "unknown layer type \"" + name + "\"" + did_you_mean(name, names));
}

}  // namespace convoy
