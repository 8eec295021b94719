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

template <class Class>
LayerType row() {
  return type_row<Layer, Class>(Class::described());
}

}  // namespace

OpenTable<LayerType>& layer_table() {
  static OpenTable<LayerType> table("layer", {
                                                 row<layers::Conv2D>(),         row<layers::Dense>(),
                                                 row<layers::BatchNorm>(),      row<layers::GroupNorm>(),
                                                 row<layers::LayerNorm>(),      row<layers::MaxPool2D>(),
                                                 row<layers::AvgPool2D>(),      row<layers::GlobalAvgPool>(),
                                                 row<layers::Flatten>(),        row<layers::Dropout>(),
                                                 row<layers::Noise>(),          row<layers::Add>(),
                                                 row<layers::Concat>(),         layers::activation_type(),
                                                 layers::function_type("relu"), layers::function_type("relu6"),
                                                 layers::leaky_relu_type(),     layers::function_type("sigmoid"),
                                                 layers::function_type("tanh"), layers::function_type("gelu"),
                                                 layers::function_type("silu"), layers::function_type("softmax"),
                                             });
  return table;
}

const std::vector<LayerType>& layer_types() { return layer_table().read(); }

const LayerType& layer_type(const std::string& name) {
  const auto& types = layer_types();
  const auto found = std::ranges::find(types, name, [](const LayerType& type) { return type.schema.name; });
  if (found != types.end()) return *found;
  Texts names;
  for (const auto& type : types) names.push_back(type.schema.name);
  throw Error(ErrorKind::config, "unknown layer type \"" + name + "\"" + did_you_mean(name, names));
}

}  // namespace convoy
