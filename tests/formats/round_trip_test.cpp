// Each layer with each kind of option by itself: to another format and back.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "convoy/convoy.h"
#include "support/compare.h"
#include "support/errors.h"
#include "support/temporary_folder.h"

namespace convoy {
namespace {

struct ExchangedLayer {
  Shape input;
  LayerSpec spec;
  std::string without = {};  ///< what Keras lacks, if it does
};

std::vector<ExchangedLayer> layers_to_exchange() {
  const Shape image{7, 9, 4};
  const Shape row{12};
  const std::string no_layer = "Keras has no such layer";
  const Padding uneven = Sides{1, 0, 2, 0};
  const Padding all_differ = Sides{0, 1, 2, 3};
  std::vector<ExchangedLayer> layers = {
      {image, Conv2D{.filters = 6, .kernel = {3, 2}}},
      {image, Conv2D{.filters = 6, .kernel = 3, .stride = {1, 2}, .padding = "same", .use_bias = false}},
      {image, Conv2D{.filters = 6, .kernel = 3, .stride = 2, .padding = "same", .groups = 2}},
      {image, Conv2D{.filters = 6, .kernel = {3, 2}, .padding = "same", .dilation = {2, 3}}},
      {image, Conv2D{.filters = 6, .kernel = {2, 4}, .stride = 3, .padding = "same"}},
      {image, Conv2D{.filters = 6, .kernel = 3, .padding = {1, 2}}},
      {image, Conv2D{.filters = 6, .kernel = 3, .padding = all_differ}},
      {image, DepthwiseConv2D{.kernel = 3, .depth_multiplier = 2}},
      {image, DepthwiseConv2D{.kernel = 3, .stride = 2, .padding = "same", .use_bias = false}},
      {image, DepthwiseConv2D{.kernel = 3, .padding = 1}},
      {image, SeparableConv2D{.filters = 5, .kernel = 3, .padding = "same", .depth_multiplier = 2}},
      {image, SeparableConv2D{.filters = 5, .kernel = 2, .use_bias = false}},
      {image, Conv2DTranspose{.filters = 3, .kernel = 3, .stride = 2, .padding = "same"}},
      {image, Conv2DTranspose{.filters = 3, .kernel = 2, .stride = 2}},
      {image, Conv2DTranspose{.filters = 3, .kernel = {2, 5}, .stride = {3, 1}, .padding = "same", .use_bias = false}},
      {image, Conv2DTranspose{.filters = 3, .kernel = 3, .stride = 2, .padding = 1}},
      {image, MaxPool2D{}},
      {image, MaxPool2D{.pool = {2, 3}}},
      {image, MaxPool2D{.pool = 3, .stride = 2, .padding = "same"}},
      {image, MaxPool2D{.pool = {2, 3}, .stride = {2, 1}, .padding = "same"}},
      {image, MaxPool2D{.pool = 2, .stride = 2, .ceil_mode = true}},
      {image, MaxPool2D{.pool = 3, .stride = 2, .padding = uneven},
       "Keras pads by \"same\" only: its input may be negative, so zeros beside it would count"},
      {image, AvgPool2D{}},
      {image, AvgPool2D{.pool = 3, .stride = 2, .padding = "same"}},
      {image, AvgPool2D{.pool = {2, 3}, .stride = {2, 1}, .padding = "same"}},
      {image, AvgPool2D{.pool = 3, .stride = 2, .padding = 1}},
      {image, AvgPool2D{.pool = 3, .stride = 2, .padding = 1, .count_padding = true}},
      {image, AvgPool2D{.pool = 3, .stride = 2, .padding = uneven}, "Keras has no average pooling with such a padding"},
      {image, AvgPool2D{.pool = 3, .stride = 2, .padding = uneven, .count_padding = true}},
      {image, AvgPool2D{.pool = 2, .stride = 3, .padding = "same"}},
      {image, AvgPool2D{.pool = 2, .stride = 2, .ceil_mode = true}},
      {image, AdaptiveAvgPool2D{.size = {7, 3}}},
      {image, AdaptiveAvgPool2D{.size = 1}},
      {image, GlobalAvgPool{}},
      {image, GlobalMaxPool{}},
      {image, ZeroPadding2D{.padding = {0, 1, 2, 3}}},
      {image, ZeroPadding2D{.padding = 1}},
      {image, Cropping2D{.cropping = {1, 0, 2, 3}}},
      {image, UpSampling2D{.size = {2, 1}}},
      {image, UpSampling2D{.size = {2, 3}, .interpolation = "bilinear"}},
      {image, BatchNorm{.momentum = 0.9, .epsilon = 1e-2}},
      {image, BatchNorm{.center = false, .scale = false}},
      {image, BatchNorm{.scale = false}},
      {row, BatchNorm{.center = false, .preset = "torch"}},
      {image, GroupNorm{.groups = 2}},
      {image, GroupNorm{.groups = 4, .center = false, .scale = false}},
      {image, LayerNorm{.epsilon = 1e-2}},
      {row, LayerNorm{.center = false}},
      {image, InstanceNorm{}},
      {image, LocalResponseNorm{.size = 3}, no_layer},
      {image, LocalResponseNorm{.size = 5, .alpha = 0.01, .beta = 0.5, .k = 2}, no_layer},
      {image, Affine{}, "Keras has Rescaling, which does not train: say trainable = false"},
      {row, Affine{.trainable = false}},
      {image, Flatten{}},
      {row, Reshape{.shape = {2, 2, 3}}},
      {row, Reshape{.shape = {3, 4}}},
      {image, Dropout{.rate = 0.25}},
      {image, SpatialDropout{.rate = 0.25}},
      {image, PReLU{.slopes = "one", .initial = 0.3}},
      {image, PReLU{.slopes = "channel", .initial = 0.3}},
      {image, PReLU{.slopes = "each", .initial = 0.3}},
      {row, PReLU{.slopes = "each", .initial = 0.3}},
      {row, LeakyReLU{.slope = 0.2}},
      {row, ELU{.alpha = 0.5}},
      {row, Dense{.units = 3, .use_bias = false}},
      {row, Dense{.units = 30000}},  // a file of more than a megabyte
      {row, Dense{.units = 3, .activation = "leaky_relu(0.3)"}},
      {row, Dense{.units = 3, .activation = "elu(0.7)"}},
      {row, Activation{.function = "gelu_tanh"}, "Keras has no such function: gelu_tanh"},
      {row, Dense{.units = 3, .activation = "gelu_tanh"}, "Keras has no such activation: gelu_tanh"},
  };
  for (const char* function : {"relu", "relu6", "selu", "sigmoid", "hard_sigmoid", "tanh", "gelu", "silu", "hard_swish",
                               "mish", "softplus", "softmax", "log_softmax"}) {
    layers.push_back({row, Activation{.function = function}});
    layers.push_back({image, Conv2D{.filters = 2, .kernel = 2, .activation = function}});
  }
  return layers;
}

/// A model of a convolution or dense layer, so that no layer becomes a part of the input, and that layer.
Sequential model_with(const ExchangedLayer& layer) {
  Sequential model(layer.input, 1);
  if (layer.input.rank() == 3) model.add(Conv2D{.filters = layer.input.last(), .kernel = 1, .name = "first"});
  if (layer.input.rank() == 1) model.add(Dense{.units = layer.input.last(), .name = "first"});
  LayerSpec named = layer.spec;
  named.name = "it";
  model.add(named);
  model.compile(SGD{}, MeanSquaredError{});
  std::uint32_t stream = 0;
  for (const std::string& name : model.tensor_names()) {
    const auto tensor = model.tensor(name);
    std::ranges::copy(test::normal_floats(tensor.size(), stream++, 0.3F, 0.5F), tensor.begin());
    if (name.ends_with("variance")) {
      for (float& value : tensor) value = 0.5F + value * value;
    }
  }
  return model;
}

std::vector<float> outputs_for_noise(Model& model) {
  const Shape& input = model.input_shape();
  return model.forward(Dataset::from_floats(input, test::normal_floats(2 * input.size(), 55), std::vector<int>{0, 0}),
                       false);
}

}  // namespace

TEST_CASE("each layer comes back from another format as it went, or the format lacks it") {
  const test::TemporaryFolder folder;
  int number = 0;
  for (const ExchangedLayer& layer : layers_to_exchange()) {
    CAPTURE(number++);
    CAPTURE(layer.spec.type);
    Sequential model = model_with(layer);
    const std::vector<float> expected = outputs_for_noise(model);
    for (const std::string format : {"keras", "onnx"}) {
      CAPTURE(format);
      const auto file = folder.path() / ("m." + format);
      const std::string error = test::error_of([&] { model.export_file(file, format); });
      if (format == "keras" && !layer.without.empty()) {
        CHECK(error == "layer \"it\" (" + layer.spec.type + "): " + layer.without);
        continue;
      }
      REQUIRE(error == "no error");
      Model back = Model::import_file(file, {.threads = 1});
      CHECK(test::relative_distance(outputs_for_noise(back), expected) < 1e-5);
    }
  }
}

}  // namespace convoy
