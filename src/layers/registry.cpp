#include "layers/registry.h"

#include <algorithm>

#include "convoy/error.h"
#include "core/text.h"
#include "layers/activation.h"

namespace convoy {
namespace layers {

/// The row of each layer type, from the source of that name.
LayerType conv2d_row();
LayerType depthwise_conv2d_row();
LayerType separable_conv2d_row();
LayerType conv2d_transpose_row();
LayerType dense_row();
LayerType batch_norm_row();
LayerType group_norm_row();
LayerType layer_norm_row();
LayerType instance_norm_row();
LayerType local_response_norm_row();
LayerType affine_row();
LayerType max_pool2d_row();
LayerType avg_pool2d_row();
LayerType adaptive_avg_pool2d_row();
LayerType global_avg_pool_row();
LayerType global_max_pool_row();
LayerType zero_padding2d_row();
LayerType cropping2d_row();
LayerType up_sampling2d_row();
LayerType reshape_row();
LayerType flatten_row();
LayerType dropout_row();
LayerType spatial_dropout_row();
LayerType noise_row();
LayerType activity_regularization_row();
LayerType add_row();
LayerType subtract_row();
LayerType multiply_row();
LayerType maximum_row();
LayerType average_row();
LayerType concat_row();
LayerType prelu_row();

}  // namespace layers

namespace {

/// The rows of convoy's own types, in the order of configs/README.md.
std::vector<LayerType> all_layers() {
  return {
      layers::conv2d_row(),
      layers::depthwise_conv2d_row(),
      layers::separable_conv2d_row(),
      layers::conv2d_transpose_row(),
      layers::dense_row(),
      layers::batch_norm_row(),
      layers::group_norm_row(),
      layers::layer_norm_row(),
      layers::instance_norm_row(),
      layers::local_response_norm_row(),
      layers::affine_row(),
      layers::max_pool2d_row(),
      layers::avg_pool2d_row(),
      layers::adaptive_avg_pool2d_row(),
      layers::global_avg_pool_row(),
      layers::global_max_pool_row(),
      layers::zero_padding2d_row(),
      layers::cropping2d_row(),
      layers::up_sampling2d_row(),
      layers::reshape_row(),
      layers::flatten_row(),
      layers::dropout_row(),
      layers::spatial_dropout_row(),
      layers::noise_row(),
      layers::activity_regularization_row(),
      layers::add_row(),
      layers::subtract_row(),
      layers::multiply_row(),
      layers::maximum_row(),
      layers::average_row(),
      layers::concat_row(),
      layers::activation_type(),
      layers::function_type("relu"),
      layers::function_type("relu6"),
      layers::leaky_relu_type(),
      layers::elu_type(),
      layers::function_type("selu"),
      layers::prelu_row(),
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
