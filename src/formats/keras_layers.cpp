#include "formats/keras_layers.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "convoy/foreign_text.h"
#include "convoy/number_text.h"
#include "core/parse.h"

namespace convoy::formats {
namespace {

using nlohmann::json;

Value pair_value(std::pair<int, int> pair) { return Integers{pair.first, pair.second}; }

/// Converts one layer: each function below takes what Keras says from the config and adds convoy's layers.
class KerasLayerReader {
 public:
  KerasLayerReader(const KerasConfig& config, const KerasPlace& place) : config_(config), place_(place) {
    made_.rank = place.rank;
  }

  KerasLayer take() { return std::move(made_); }

  void conv2d() {
    LayerSpec& spec = add("conv2d");
    set_window(spec);
    set(spec, "filters", whole("filters"));
    set(spec, "groups", std::int64_t{config_.whole("groups", 1)});
    kernel(spec, "kernel");
  }
  void depthwise_conv2d() {
    LayerSpec& spec = add("depthwise_conv2d");
    set_window(spec);
    set(spec, "depth_multiplier", std::int64_t{config_.whole("depth_multiplier", 1)});
    kernel(spec, "depthwise");
  }
  void separable_conv2d() {
    LayerSpec& spec = add("separable_conv2d");
    set_window(spec);
    set(spec, "filters", whole("filters"));
    set(spec, "depth_multiplier", std::int64_t{config_.whole("depth_multiplier", 1)});
    variable("depthwise_kernel");
    variable("pointwise_kernel");
    set_kernel_options(spec, "pointwise");
    if (config_.at("depthwise_regularizer") != config_.at("pointwise_regularizer")) {
      note("the regularizer of its pointwise kernel is taken for both kernels");
    }
    if (spec.settings.flag("use_bias")) variable("bias");
  }
  void conv2d_transpose() {
    LayerSpec& spec = add("conv2d_transpose");
    set_window(spec);
    set(spec, "filters", whole("filters"));
    if (config_.has("output_padding")) set_output_padding(spec);
    kernel(spec, "kernel");
    warn_of_backends();
  }
  /// Of an image's channels it is a convolution by 1x1 pixels.
  void dense() {
    const bool image = place_.rank == 3;
    LayerSpec& spec = add(image ? "conv2d" : "dense");
    if (image) set(spec, "kernel", std::int64_t{1});
    set(spec, image ? "filters" : "units", whole("units"));
    kernel(spec, "kernel");
  }

  void batch_norm() {
    require_last_axis();
    if (config_.flag("renorm", false)) config_.refuse("convoy has no batch renormalisation");
    LayerSpec& spec = add("batch_norm");
    set(spec, "momentum", config_.number("momentum", 0.99));
    norm(spec);
    state("moving_mean");
    state("moving_variance");
  }
  void group_norm() {
    require_last_axis();
    const int groups = config_.whole("groups", 32);
    LayerSpec& spec = add(groups == -1 ? "instance_norm" : "group_norm");
    if (groups != -1) set(spec, "groups", std::int64_t{groups});
    norm(spec);
  }
  void layer_norm() {
    require_last_axis();
    if (config_.flag("rms_scaling", false)) config_.refuse("convoy has no rms_scaling");
    norm(add("layer_norm"));
  }

  void max_pool() { pool("max_pool2d"); }
  void avg_pool() { pool("avg_pool2d"); }
  void adaptive_pool() {
    require_channels_last(config_);
    set(add("adaptive_avg_pool2d"), "size", pair_value(config_.pair("output_size", {1, 1})));
  }
  void global_avg_pool() { global_pool("global_avg_pool"); }
  void global_max_pool() { global_pool("global_max_pool"); }
  void zero_padding() { border("zero_padding2d", "padding", {1, 1}); }
  void cropping() { border("cropping2d", "cropping", {0, 0}); }
  void up_sampling() {
    require_channels_last(config_);
    const std::string how = config_.text("interpolation", "nearest");
    if (how != "nearest" && how != "bilinear") {
      config_.refuse("\"interpolation\": convoy has nearest and bilinear, got " + shown(how));
    }
    LayerSpec& spec = add("up_sampling2d");
    set(spec, "size", pair_value(config_.pair("size", {2, 2})));
    set(spec, "interpolation", how);
  }
  void reshape() {
    const std::vector<int> target = config_.wholes("target_shape");
    set(add("reshape"), "shape", Integers(target.begin(), target.end()));
    made_.rank = static_cast<int>(target.size());
  }
  void flatten() {
    require_channels_last(config_);
    add("flatten");
    made_.rank = 1;
  }

  void dropout() {
    if (config_.has("noise_shape")) note("noise_shape is left out: each number is dropped by itself");
    set(add("dropout"), "rate", config_.number("rate", 0.5));
  }
  void spatial_dropout() { set(add("spatial_dropout"), "rate", config_.number("rate", 0.5)); }
  void noise() {
    LayerSpec& spec = add("noise");
    set(spec, "mean", 0.0);
    set(spec, "deviation", config_.number("stddev", 1));
  }
  void activity_regularization() {
    LayerSpec& spec = add("activity_regularization");
    set(spec, "l1", config_.number("l1", 0));
    set(spec, "l2", config_.number("l2", 0));
  }

  void merge(const std::string& type) { add(type); }
  void concat() {
    require_last_axis();
    add("concat");
  }

  void activation() { function(keras_activation(config_, "activation", place_.keras_version)); }
  void relu() {
    if (config_.number("threshold", 0) != 0) config_.refuse("convoy's relu has no \"threshold\"");
    const double slope = config_.number("negative_slope", 0);
    const bool bounded = config_.has("max_value");
    if (bounded && (slope != 0 || config_.number("max_value", 0) != 6)) {
      config_.refuse("\"max_value\": convoy has relu6 only, without a negative slope");
    }
    if (slope != 0) {
      set(add("leaky_relu"), "slope", slope);
    } else {
      add(bounded ? "relu6" : "relu");
    }
  }
  void leaky_relu() {
    const double slope = config_.number("negative_slope", config_.number("alpha", 0.3));
    set(add("leaky_relu"), "slope", slope);
  }
  void elu() { set(add("elu"), "alpha", config_.number("alpha", 1)); }
  void prelu() {
    std::vector<int> shared = config_.wholes("shared_axes");
    std::vector<int> all;
    for (int axis = 1; axis <= place_.rank; ++axis) all.push_back(axis);
    std::string slopes = "each";
    if (!shared.empty() && shared == all) slopes = "one";
    if (place_.rank == 3 && shared == std::vector<int>{1, 2}) slopes = "channel";
    if (slopes == "each" && !shared.empty()) {
      config_.refuse("\"shared_axes\": convoy has slopes for each number, each channel, or one for all");
    }
    LayerSpec& spec = add("prelu");
    set(spec, "slopes", slopes);
    trained(spec);
    variable("alpha");
  }
  void softmax() {
    require_last_axis();
    add("softmax");
  }

 private:
  LayerSpec& add(const std::string& type) {
    LayerSpec& spec = made_.layers.emplace_back();
    const bool first = made_.layers.size() == 1;
    spec.type = type;
    spec.name = first ? place_.name : place_.name + "_" + type;
    spec.inputs = first ? place_.inputs : Texts{made_.layers[made_.layers.size() - 2].name};
    return spec;
  }
  static void set(LayerSpec& spec, const std::string& key, Value value) { spec.settings.set(key, std::move(value)); }
  void note(const std::string& what) { made_.notes.push_back(config_.title() + ": " + what); }
  std::int64_t whole(const std::string& key) const { return config_.whole(key, 0); }
  void variable(const std::string& name) {
    made_.variables.push_back({name, place_.name + "/" + name, place_.trainable});
  }
  void state(const std::string& name) { made_.variables.push_back({name, place_.name + "/" + name, false}); }
  void trained(LayerSpec& spec) const { spec.trainable = place_.trainable; }

  /// The axis that is normalised or joined must be the last: -1, or its number.
  void require_last_axis() const {
    const std::vector<int> axes = config_.wholes("axis");
    const bool last = axes.size() <= 1 && (axes.empty() || axes[0] == -1 || axes[0] == place_.rank);
    if (!last) config_.refuse("\"axis\": convoy has the last axis only, got " + json_text(config_.at("axis")));
  }

  std::string padding() const {
    std::string padding = config_.text("padding", "valid");
    if (padding != "valid" && padding != "same") {
      config_.refuse("\"padding\": expected valid or same, got " + shown(padding));
    }
    return padding;
  }
  void set_window(LayerSpec& spec) const {
    require_channels_last(config_);
    set(spec, "kernel", pair_value(config_.pair("kernel_size", {1, 1})));
    set(spec, "stride", pair_value(config_.pair("strides", {1, 1})));
    set(spec, "dilation", pair_value(config_.pair("dilation_rate", {1, 1})));
    set(spec, "padding", padding());
  }
  /// What layers with a kernel share, and their variables: kernel and bias.
  void kernel(LayerSpec& spec, const std::string& of) {
    set_kernel_options(spec, of);
    variable("kernel");
    if (spec.settings.flag("use_bias")) variable("bias");
  }
  void set_kernel_options(LayerSpec& spec, const std::string& of) {
    if (config_.has("quantization_config")) config_.refuse("convoy has no quantised layers");
    trained(spec);
    set(spec, "use_bias", config_.flag("use_bias", true));
    set(spec, "activation", keras_activation(config_, "activation", place_.keras_version));
    set_regularizer(spec, of + "_regularizer", "kernel_regularizer");
    set_regularizer(spec, "bias_regularizer", "bias_regularizer");
    set_max_norm(spec, of + "_constraint");
    for (const char* key : {"activity_regularizer", "bias_constraint"}) {
      if (config_.has(key)) note(std::string("\"") + key + "\" is left out");
    }
  }
  void set_regularizer(LayerSpec& spec, const std::string& key, const std::string& ours) {
    const json& penalty = config_.at(key);
    if (penalty.is_null()) return;
    const std::string kind = keras_text(penalty, "class_name");
    if (kind != "L1" && kind != "L2" && kind != "L1L2") {
      note("\"" + key + "\" is left out: convoy has L1, L2 and L1L2");
      return;
    }
    const KerasConfig values(keras_member(penalty, "config"), config_.title() + ": \"" + key + "\"");
    set(spec, ours + ".l1", values.number("l1", 0));
    set(spec, ours + ".l2", values.number("l2", 0));
  }
  /// MaxNorm of all that makes one output: convoy's max_norm.
  void set_max_norm(LayerSpec& spec, const std::string& key) {
    const json& constraint = config_.at(key);
    if (constraint.is_null()) return;
    const KerasConfig values(keras_member(constraint, "config"), config_.title() + ": \"" + key + "\"");
    std::vector<int> axes = spec.type == "dense" ? std::vector<int>{0} : std::vector<int>{0, 1, 2};
    if (keras_text(constraint, "class_name") == "MaxNorm" && values.wholes("axis") == axes) {
      set(spec, "max_norm", values.number("max_value", 2));
    } else {
      note("\"" + key + "\" is left out: convoy has MaxNorm over a kernel's inputs");
    }
  }

  /// By TensorFlow's arithmetic: what is cut off on both sides together is the same for all backends of Keras.
  void set_output_padding(LayerSpec& spec) const {
    const auto more = config_.pair("output_padding", {0, 0});
    const auto kernel = config_.pair("kernel_size", {1, 1});
    const auto dilation = config_.pair("dilation_rate", {1, 1});
    if (padding() == "valid") {
      set(spec, "padding", std::int64_t{0});
      set(spec, "output_padding", pair_value(more));
      return;
    }
    const auto cut = [&](int size, int step, int extra) { return ((size - 1) * step + 1) / 2 * 2 - extra; };
    if (kernel.first > 4096 || kernel.second > 4096 || dilation.first > 4096 || dilation.second > 4096) {
      config_.refuse("its kernel is too large");
    }
    const int height = cut(kernel.first, dilation.first, more.first);
    const int width = cut(kernel.second, dilation.second, more.second);
    if (height < 0 || width < 0) config_.refuse("\"output_padding\" is larger than what padding \"same\" cuts off");
    set(spec, "padding", Integers{height / 2, height - height / 2, width / 2, width - width / 2});
  }
  /// Keras with PyTorch cuts one more pixel off above than with TensorFlow where the two sides differ.
  void warn_of_backends() {
    const auto kernel = config_.pair("kernel_size", {1, 1});
    const auto stride = config_.pair("strides", {1, 1});
    const auto uneven = [](int size, int step) { return size > step && (size - step) % 2 != 0; };
    if (padding() == "same" && (uneven(kernel.first, stride.first) || uneven(kernel.second, stride.second))) {
      note("its outputs are those of Keras with TensorFlow; with PyTorch they are moved by a pixel");
    }
  }

  void norm(LayerSpec& spec) {
    set(spec, "epsilon", config_.number("epsilon", 1e-3));
    set(spec, "center", config_.flag("center", true));
    set(spec, "scale", config_.flag("scale", true));
    trained(spec);
    if (spec.settings.flag("scale")) variable("gamma");
    if (spec.settings.flag("center")) variable("beta");
  }
  void pool(const std::string& type) {
    require_channels_last(config_);
    const auto size = config_.pair("pool_size", {2, 2});
    LayerSpec& spec = add(type);
    set(spec, "pool", pair_value(size));
    set(spec, "stride", pair_value(config_.pair("strides", size)));
    set(spec, "padding", padding());
  }
  void global_pool(const std::string& type) {
    require_channels_last(config_);
    add(type);
    made_.rank = 1;
    if (!config_.flag("keepdims", false)) return;
    set(add("reshape"), "shape", Integers{1, 1, -1});
    made_.rank = 3;
  }
  /// One number, two, or two pairs: top and bottom, left and right.
  void border(const std::string& type, const std::string& key, std::pair<int, int> fallback) {
    require_channels_last(config_);
    const json& sides = config_.at(key);
    Integers numbers = {fallback.first, fallback.second};
    if (sides.is_array() && sides.size() == 2 && sides[0].is_array()) {
      numbers.clear();
      for (const double number : config_.numbers(key)) numbers.push_back(static_cast<std::int64_t>(number));
      if (numbers.size() != 4) config_.refuse("\"" + key + "\": expected two numbers for each side");
    } else if (!sides.is_null()) {
      const auto pair = config_.pair(key, fallback);
      numbers = {pair.first, pair.second};
    }
    set(add(type), key, numbers);
  }
  /// A function as a layer: "leaky_relu(0.2)" has its number as a key. A linear one is no layer at all.
  void function(const std::string& name) {
    if (name == "linear") return;
    if (const std::size_t at = name.find('('); at != std::string::npos) {
      const std::string type = name.substr(0, at);
      set(add(type), type == "elu" ? "alpha" : "slope",
          number_in<double>(name.substr(at + 1, name.size() - at - 2)).value_or(0));
    } else {
      add(name);
    }
  }

  const KerasConfig& config_;
  const KerasPlace& place_;
  KerasLayer made_;
};

using KerasReaders = std::map<std::string, std::function<void(KerasLayerReader&)>>;

const KerasReaders& keras_readers() {
  using R = KerasLayerReader;
  static const KerasReaders readers = {
      {"Conv2D", &R::conv2d},
      {"DepthwiseConv2D", &R::depthwise_conv2d},
      {"SeparableConv2D", &R::separable_conv2d},
      {"Conv2DTranspose", &R::conv2d_transpose},
      {"Dense", &R::dense},
      {"BatchNormalization", &R::batch_norm},
      {"GroupNormalization", &R::group_norm},
      {"LayerNormalization", &R::layer_norm},
      {"MaxPooling2D", &R::max_pool},
      {"AveragePooling2D", &R::avg_pool},
      {"AdaptiveAveragePooling2D", &R::adaptive_pool},
      {"GlobalAveragePooling2D", &R::global_avg_pool},
      {"GlobalMaxPooling2D", &R::global_max_pool},
      {"ZeroPadding2D", &R::zero_padding},
      {"Cropping2D", &R::cropping},
      {"UpSampling2D", &R::up_sampling},
      {"Reshape", &R::reshape},
      {"Flatten", &R::flatten},
      {"Dropout", &R::dropout},
      {"SpatialDropout2D", &R::spatial_dropout},
      {"GaussianNoise", &R::noise},
      {"ActivityRegularization", &R::activity_regularization},
      {"Add", [](R& reader) { reader.merge("add"); }},
      {"Subtract", [](R& reader) { reader.merge("subtract"); }},
      {"Multiply", [](R& reader) { reader.merge("multiply"); }},
      {"Maximum", [](R& reader) { reader.merge("maximum"); }},
      {"Average", [](R& reader) { reader.merge("average"); }},
      {"Concatenate", &R::concat},
      {"Activation", &R::activation},
      {"ReLU", &R::relu},
      {"LeakyReLU", &R::leaky_relu},
      {"ELU", &R::elu},
      {"PReLU", &R::prelu},
      {"Softmax", &R::softmax},
      {"Identity", [](R&) {}},
  };
  return readers;
}

}  // namespace

bool knows_keras_class(const std::string& class_name) {
  return keras_readers().contains(class_name) || class_name == "Rescaling" || class_name == "Normalization";
}

KerasLayer read_keras_layer(const std::string& class_name, const KerasConfig& config, const KerasPlace& place) {
  const auto found = keras_readers().find(class_name);
  if (found == keras_readers().end()) config.refuse("convoy has no such layer");
  KerasLayerReader reader(config, place);
  found->second(reader);
  return reader.take();
}

void require_channels_last(const KerasConfig& config) {
  const std::string format = config.text("data_format", "channels_last");
  if (format != "channels_last") {
    config.refuse("\"data_format\": convoy has channels_last only, got " + shown(format));
  }
}

namespace {

/// A layer as an activation function, LeakyReLU(0.1), as convoy calls it; "" for one that is none.
std::string activation_of_layer(const json& layer, const KerasConfig& config) {
  const std::string class_name = keras_text(layer, "class_name");
  static const std::set<std::string> functions = {"ReLU", "LeakyReLU", "ELU", "Softmax", "Activation"};
  if (!functions.contains(class_name)) return "";
  const KerasPlace place{.name = "activation", .inputs = {}, .rank = 3, .trainable = true, .keras_version = 3};
  const KerasConfig own(keras_member(layer, "config"), config.title() + ": \"activation\"");
  const KerasLayer made = read_keras_layer(class_name, own, place);
  if (made.layers.empty()) return "linear";
  const LayerSpec& spec = made.layers.front();
  for (const char* key : {"slope", "alpha"}) {
    if (spec.settings.has(key)) return spec.type + "(" + shortest(spec.settings.number(key)) + ")";
  }
  return spec.type;
}

}  // namespace

std::string keras_activation(const KerasConfig& config, const std::string& key, int keras_version) {
  static const std::map<std::string, std::string> functions = {
      {"linear", "linear"},
      {"relu", "relu"},
      {"relu6", "relu6"},
      {"leaky_relu", "leaky_relu(0.2)"},
      {"elu", "elu"},
      {"selu", "selu"},
      {"sigmoid", "sigmoid"},
      {"hard_sigmoid", "hard_sigmoid"},
      {"tanh", "tanh"},
      {"gelu", "gelu"},
      {"silu", "silu"},
      {"swish", "silu"},
      {"hard_silu", "hard_swish"},
      {"hard_swish", "hard_swish"},
      {"mish", "mish"},
      {"softplus", "softplus"},
      {"softmax", "softmax"},
      {"log_softmax", "log_softmax"},
  };
  const json& value = config.at(key);
  if (value.is_null()) return "linear";
  std::string name = value.is_string() ? value.get<std::string>() : keras_text(value, "config");
  if (!value.is_string() && name.empty()) {
    if (std::string of_layer = activation_of_layer(value, config); !of_layer.empty()) return of_layer;
    config.refuse("\"" + key + "\": expected the name of a function, got " + shown(keras_text(value, "class_name")) +
                  "; make it a layer of its own");
  }
  const auto found = functions.find(name);
  if (found == functions.end()) config.refuse("\"" + key + "\": convoy has no function " + shown(name));
  if (name == "hard_sigmoid" && keras_version < 3) {
    config.refuse("\"" + key + "\": Keras 2's hard_sigmoid is another function than convoy's and Keras 3's");
  }
  return found->second;
}

}  // namespace convoy::formats
