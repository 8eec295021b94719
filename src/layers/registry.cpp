#include "layers/registry.h"

#include <algorithm>

#include "convoy/error.h"
#include "core/text.h"
#include "layers/activation.h"
#include "layers/activity_regularization.h"
#include "layers/adaptive_avg_pool2d.h"
#include "layers/add.h"
#include "layers/affine.h"
#include "layers/average.h"
#include "layers/avg_pool2d.h"
#include "layers/batch_norm.h"
#include "layers/concat.h"
#include "layers/conv2d.h"
#include "layers/conv2d_transpose.h"
#include "layers/cropping2d.h"
#include "layers/dense.h"
#include "layers/depthwise_conv2d.h"
#include "layers/dropout.h"
#include "layers/flatten.h"
#include "layers/global_avg_pool.h"
#include "layers/global_max_pool.h"
#include "layers/group_norm.h"
#include "layers/instance_norm.h"
#include "layers/layer_norm.h"
#include "layers/local_response_norm.h"
#include "layers/max_pool2d.h"
#include "layers/maximum.h"
#include "layers/multiply.h"
#include "layers/noise.h"
#include "layers/prelu.h"
#include "layers/reshape.h"
#include "layers/separable_conv2d.h"
#include "layers/spatial_dropout.h"
#include "layers/subtract.h"
#include "layers/up_sampling2d.h"
#include "layers/zero_padding2d.h"

namespace convoy {
namespace {

template <class Class>
LayerType row() {
  return type_row<Layer, Class>(Class::described());
}

/// In the order of configs/README.md.
std::vector<LayerType> all_layers() {
  return {
      row<layers::Conv2D>(),
      row<layers::DepthwiseConv2D>(),
      row<layers::SeparableConv2D>(),
      row<layers::Conv2DTranspose>(),
      row<layers::Dense>(),
      row<layers::BatchNorm>(),
      row<layers::GroupNorm>(),
      row<layers::LayerNorm>(),
      row<layers::InstanceNorm>(),
      row<layers::LocalResponseNorm>(),
      row<layers::Affine>(),
      row<layers::MaxPool2D>(),
      row<layers::AvgPool2D>(),
      row<layers::AdaptiveAvgPool2D>(),
      row<layers::GlobalAvgPool>(),
      row<layers::GlobalMaxPool>(),
      row<layers::ZeroPadding2D>(),
      row<layers::Cropping2D>(),
      row<layers::UpSampling2D>(),
      row<layers::Reshape>(),
      row<layers::Flatten>(),
      row<layers::Dropout>(),
      row<layers::SpatialDropout>(),
      row<layers::Noise>(),
      row<layers::ActivityRegularization>(),
      row<layers::Add>(),
      row<layers::Subtract>(),
      row<layers::Multiply>(),
      row<layers::Maximum>(),
      row<layers::Average>(),
      row<layers::Concat>(),
      layers::activation_type(),
      layers::function_type("relu"),
      layers::function_type("relu6"),
      layers::leaky_relu_type(),
      layers::elu_type(),
      layers::function_type("selu"),
      row<layers::PReLU>(),
      layers::function_type("sigmoid"),
      layers::function_type("hard_sigmoid"),
      layers::function_type("tanh"),
      layers::function_type("gelu"),
      layers::function_type("gelu_tanh"),
      layers::function_type("silu"),
      layers::function_type("hard_swish"),
      layers::function_type("mish"),
      layers::function_type("softplus"),
      layers::function_type("softmax"),
      layers::function_type("log_softmax"),
  };
}

}  // namespace

OpenTable<LayerType>& layer_table() {
  static OpenTable<LayerType> table("layer", all_layers());
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
