#include "formats/layer_table.h"

#include <algorithm>

#include "convoy/error.h"

namespace convoy::formats {

const std::vector<LayerNames>& layer_table() {
  // clang-format off
  static const std::vector<LayerNames> rows = {
      //                         Keras                       PyTorch              ONNX
      {"conv2d",                   "Conv2D",                   "Conv2d",            "Conv"},
      {"depthwise_conv2d",         "DepthwiseConv2D",          "Conv2d",            "Conv"},
      {"separable_conv2d",         "SeparableConv2D",          "Conv2d+Conv2d",     "Conv+Conv"},
      {"conv2d_transpose",         "Conv2DTranspose",          "ConvTranspose2d",   "ConvTranspose"},
      {"dense",                    "Dense",                    "Linear",            "Gemm"},
      {"batch_norm",               "BatchNormalization",       "BatchNorm2d",       "BatchNormalization"},
      {"group_norm",               "GroupNormalization",       "GroupNorm",         "Reshape+InstanceNormalization+Mul+Add"},
      {"layer_norm",               "LayerNormalization",       "LayerNorm",         "LayerNormalization"},
      {"instance_norm",            "GroupNormalization",       "InstanceNorm2d",    "InstanceNormalization"},
      {"local_response_norm",      "",                         "LocalResponseNorm", "LRN"},
      {"affine",                   "Rescaling",                "mul+add",           "Mul+Add"},
      {"max_pool2d",               "MaxPooling2D",             "MaxPool2d",         "MaxPool"},
      {"avg_pool2d",               "AveragePooling2D",         "AvgPool2d",         "AveragePool"},
      {"adaptive_avg_pool2d",      "AdaptiveAveragePooling2D", "AdaptiveAvgPool2d", "AveragePool"},
      {"global_avg_pool",          "GlobalAveragePooling2D",   "AdaptiveAvgPool2d", "GlobalAveragePool"},
      {"global_max_pool",          "GlobalMaxPooling2D",       "AdaptiveMaxPool2d", "GlobalMaxPool"},
      {"zero_padding2d",           "ZeroPadding2D",            "ZeroPad2d",         "Pad"},
      {"cropping2d",               "Cropping2D",               "ZeroPad2d",         "Slice"},
      {"up_sampling2d",            "UpSampling2D",             "Upsample",          "Resize"},
      {"reshape",                  "Reshape",                  "Unflatten",         "Reshape"},
      {"flatten",                  "Flatten",                  "Flatten",           "Flatten"},
      {"dropout",                  "Dropout",                  "Dropout",           "Dropout"},
      {"spatial_dropout",          "SpatialDropout2D",         "Dropout2d",         "Identity"},
      {"noise",                    "GaussianNoise",            "randn_like",        "Identity"},
      {"activity_regularization",  "ActivityRegularization",   "Identity",          "Identity"},
      {"add",                      "Add",                      "add",               "Add"},
      {"subtract",                 "Subtract",                 "sub",               "Sub"},
      {"multiply",                 "Multiply",                 "mul",               "Mul"},
      {"maximum",                  "Maximum",                  "maximum",           "Max"},
      {"average",                  "Average",                  "mean",              "Mean"},
      {"concat",                   "Concatenate",              "cat",               "Concat"},
      {"activation",               "Activation",               "",                  ""},
      {"relu",                     "ReLU",                     "ReLU",              "Relu"},
      {"relu6",                    "ReLU",                     "ReLU6",             "Clip"},
      {"leaky_relu",               "LeakyReLU",                "LeakyReLU",         "LeakyRelu"},
      {"elu",                      "ELU",                      "ELU",               "Elu"},
      {"selu",                     "Activation",               "SELU",              "Selu"},
      {"prelu",                    "PReLU",                    "PReLU",             "PRelu"},
      {"sigmoid",                  "Activation",               "Sigmoid",           "Sigmoid"},
      {"hard_sigmoid",             "Activation",               "Hardsigmoid",       "HardSigmoid"},
      {"tanh",                     "Activation",               "Tanh",              "Tanh"},
      {"gelu",                     "Activation",               "GELU",              "Div+Erf+Add+Mul"},
      {"gelu_tanh",                "",                         "GELU",              "Mul+Add+Tanh"},
      {"silu",                     "Activation",               "SiLU",              "Sigmoid+Mul"},
      {"hard_swish",               "Activation",               "Hardswish",         "HardSwish"},
      {"mish",                     "Activation",               "Mish",              "Softplus+Tanh+Mul"},
      {"softplus",                 "Activation",               "Softplus",          "Softplus"},
      {"softmax",                  "Softmax",                  "Softmax",           "Softmax"},
      {"log_softmax",              "Activation",               "LogSoftmax",        "LogSoftmax"},
  };
  // clang-format on
  return rows;
}

const LayerNames& layer_names(const std::string& type) {
  const auto found = std::ranges::find(layer_table(), type, &LayerNames::type);
  if (found != layer_table().end()) return *found;
  throw Error(ErrorKind::config, "layer type \"" + type + "\" is the program's own: no other framework has it");
}

}  // namespace convoy::formats
