#include "formats/keras_export_layers.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "convoy/error.h"
#include "core/text.h"
#include "formats/layer_table.h"

namespace convoy::formats {
namespace {

using nlohmann::json;

json json_pair(std::pair<int, int> pair) { return json::array({pair.first, pair.second}); }
json json_sides(const Sides& sides) {
  return json::array({json::array({sides.top, sides.bottom}), json::array({sides.left, sides.right})});
}

/// An object of Keras that is no layer: a regularizer, a constraint.
json keras_object(const std::string& module, const std::string& class_name, json config) {
  return {{"module", module}, {"class_name", class_name}, {"config", std::move(config)}, {"registered_name", nullptr}};
}

/// Keras's names of functions that need no number; "" where it has none.
std::string keras_function(const std::string& ours) {
  static const std::set<std::string> same = {"linear", "relu",     "relu6",        "leaky_relu", "elu",
                                             "selu",   "sigmoid",  "tanh",         "gelu",       "silu",
                                             "mish",   "softplus", "hard_sigmoid", "softmax",    "log_softmax"};
  if (ours == "hard_swish") return "hard_silu";
  return same.contains(ours) ? ours : "";
}

/// What a window covers beyond the image with padding "same", and the windows that fit.
struct KerasAxis {
  int before = 0;
  int after = 0;
  int windows = 0;
};
KerasAxis same_window(int in, int pool, int stride) {
  const int windows = (in - 1) / stride + 1;
  const int pad = std::max(0, (windows - 1) * stride + pool - in);
  return {pad / 2, pad - pad / 2, windows};
}

class KerasNetworkWriter {
 public:
  explicit KerasNetworkWriter(const Network& network) : network_(network) {
    for (std::size_t i = 0; i < network.nodes().size(); ++i) {
      const Node& node = network.nodes()[i];
      names_.insert(node.name);
      if (node.owner.empty()) own_nodes_.push_back(static_cast<int>(i));
    }
  }

  std::vector<KerasExport> take() {
    for (std::size_t i = 0; i < network_.layers().size(); ++i) {
      spec_ = &network_.layers()[i];
      index_ = own_nodes_[i];
      write();
      outputs_[network_.layer_of(index_)] = static_cast<int>(layers_.size()) - 1;
    }
    return std::move(layers_);
  }

 private:
  using Writer = void (KerasNetworkWriter::*)();

  const Node& node() const { return network_.node(index_); }
  const Settings& keys() const { return spec_->settings; }
  const Shape& input_shape() const { return network_.shape_of(node().inputs.front()); }

  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorKind::config, "layer \"" + node().name + "\" (" + spec_->type + "): Keras " + what);
  }

  void write() {
    sources_.clear();
    for (const int input : node().inputs) {
      sources_.push_back(input == Network::input ? KerasExport::input : outputs_.at(network_.layer_of(input)));
    }
    static const std::map<std::string, Writer> writers = {
        {"conv2d", &KerasNetworkWriter::conv2d},
        {"depthwise_conv2d", &KerasNetworkWriter::depthwise_conv2d},
        {"separable_conv2d", &KerasNetworkWriter::separable_conv2d},
        {"conv2d_transpose", &KerasNetworkWriter::conv2d_transpose},
        {"dense", &KerasNetworkWriter::dense},
        {"batch_norm", &KerasNetworkWriter::batch_norm},
        {"affine", &KerasNetworkWriter::affine},
        {"group_norm", &KerasNetworkWriter::group_norm},
        {"layer_norm", &KerasNetworkWriter::layer_norm},
        {"instance_norm", &KerasNetworkWriter::instance_norm},
        {"max_pool2d", &KerasNetworkWriter::max_pool},
        {"avg_pool2d", &KerasNetworkWriter::avg_pool},
        {"adaptive_avg_pool2d", &KerasNetworkWriter::adaptive_pool},
        {"zero_padding2d", &KerasNetworkWriter::zero_padding},
        {"cropping2d", &KerasNetworkWriter::cropping},
        {"up_sampling2d", &KerasNetworkWriter::up_sampling},
        {"reshape", &KerasNetworkWriter::reshape},
        {"dropout", &KerasNetworkWriter::dropout},
        {"spatial_dropout", &KerasNetworkWriter::dropout},
        {"noise", &KerasNetworkWriter::noise},
        {"activity_regularization", &KerasNetworkWriter::activity_regularization},
        {"activation", &KerasNetworkWriter::activation},
        {"relu6", &KerasNetworkWriter::relu6},
        {"leaky_relu", &KerasNetworkWriter::leaky_relu},
        {"elu", &KerasNetworkWriter::elu},
        {"prelu", &KerasNetworkWriter::prelu},
        {"softmax", &KerasNetworkWriter::last_axis},
        {"concat", &KerasNetworkWriter::last_axis},
    };
    const std::string class_name = layer_names(spec_->type).keras;
    if (class_name.empty()) refuse("has no such layer");
    if (const auto found = writers.find(spec_->type); found != writers.end()) {
      (this->*found->second)();
    } else if (class_name == "Activation") {
      add_function(spec_->type);
    } else {
      add(class_name);  // with nothing to say
    }
  }

  /// Adds the layer of Keras that has the layer's name and output.
  KerasExport& add(const std::string& class_name) {
    KerasExport& layer = layers_.emplace_back();
    layer.class_name = class_name;
    layer.name = node().name;
    layer.inputs = sources_;
    layer.trainable = node().trainable;
    layer.output = node().declaration.output;
    layer.config = {{"name", layer.name}, {"dtype", "float32"}};
    if (class_name != "SpatialDropout2D") layer.config["trainable"] = layer.trainable;  // which would not take it
    return layer;
  }
  /// Adds one before or behind it, which then feeds the next.
  KerasExport& add_helper(const std::string& class_name, const std::string& ending, const Shape& output) {
    KerasExport& layer = add(class_name);
    layer.name += ending;
    for (int number = 2; !names_.insert(layer.name).second; ++number) {
      layer.name = node().name + ending + std::to_string(number);
    }
    layer.config["name"] = layer.name;
    layer.output = output;
    sources_ = {static_cast<int>(layers_.size()) - 1};
    return layer;
  }
  void pad(const Sides& sides) {
    if (sides == Sides()) return;
    const Shape& in = input_shape();
    const Shape padded{in[0] + sides.top + sides.bottom, in[1] + sides.left + sides.right, in[2]};
    add_helper("ZeroPadding2D", "_padding", padded).config["padding"] = json_sides(sides);
  }

  /// The layer's tensors in Keras's order, which is convoy's: parameters, then states.
  void add_tensors(KerasExport& layer) const {
    for (const auto* places : {&node().parameters, &node().states}) {
      for (const TensorPlace& place : *places) {
        layer.tensors.push_back(place.name);
        layer.variables.push_back(place.name.substr(place.name.rfind('/') + 1));
      }
    }
  }

  std::string text_padding() const {
    const std::string padding = keys().text_or("padding", "");
    return padding.empty() ? "valid" : padding;
  }
  Sides number_padding() const { return keys().text_or("padding", "").empty() ? keys().sides("padding") : Sides(); }

  /// The layer's "activation", if Keras takes it by name.
  json own_activation() const {
    const NumberedName activation = *parse_numbered(keys().text("activation"));
    if (activation.name == "gelu_tanh") refuse("has no such activation: gelu_tanh");
    return activation.number ? "linear" : keras_function(activation.name);
  }
  /// Adds a layer for one with a number.
  void add_own_activation() {
    const NumberedName activation = *parse_numbered(keys().text("activation"));
    if (!activation.number) return;
    sources_ = {static_cast<int>(layers_.size()) - 1};
    const bool leaky = activation.name == "leaky_relu";
    const Shape shape = layers_.back().output;
    KerasExport& layer = add_helper(leaky ? "LeakyReLU" : "ELU", "_" + activation.name, shape);
    layer.config[leaky ? "negative_slope" : "alpha"] = *activation.number;
  }

  void set_window(KerasExport& layer) const {
    const auto stride = keys().pair("stride");
    const auto dilation = keys().pair("dilation");
    if (std::max(stride.first, stride.second) > 1 && std::max(dilation.first, dilation.second) > 1) {
      refuse("takes either a stride or a dilation");
    }
    layer.config["kernel_size"] = json_pair(keys().pair("kernel"));
    layer.config["strides"] = json_pair(stride);
    layer.config["dilation_rate"] = json_pair(dilation);
    layer.config["padding"] = text_padding();
    layer.config["data_format"] = "channels_last";
  }
  /// What layers with a kernel share; `kernels` are Keras's words for theirs: "kernel", "depthwise".
  void set_kernel(KerasExport& layer, const std::vector<std::string>& kernels) {
    layer.config["use_bias"] = keys().flag("use_bias");
    layer.config["activation"] = own_activation();
    for (const std::string& kernel : kernels) {
      layer.config[kernel + "_regularizer"] = regularizer("kernel_regularizer");
      layer.config[kernel + "_constraint"] = max_norm();
    }
    layer.config["bias_regularizer"] = regularizer("bias_regularizer");
    add_tensors(layer);
    add_own_activation();
  }
  json regularizer(const std::string& key) const {
    const double l1 = keys().number(key + ".l1");
    const double l2 = keys().number(key + ".l2");
    if (l1 == 0 && l2 == 0) return nullptr;
    return keras_object("keras.regularizers", "L1L2", {{"l1", l1}, {"l2", l2}});
  }
  json max_norm() const {
    const double most = keys().number("max_norm");
    if (most == 0) return nullptr;
    const json axes = spec_->type == "dense" ? json(0) : json::array({0, 1, 2});
    return keras_object("keras.constraints", "MaxNorm", {{"max_value", most}, {"axis", axes}});
  }

  void conv2d() {
    pad(number_padding());
    KerasExport& layer = add("Conv2D");
    layer.config["filters"] = keys().integer("filters");
    layer.config["groups"] = keys().integer("groups");
    set_window(layer);
    set_kernel(layer, {"kernel"});
  }
  void depthwise_conv2d() {
    pad(number_padding());
    KerasExport& layer = add("DepthwiseConv2D");
    layer.config["depth_multiplier"] = keys().integer("depth_multiplier");
    set_window(layer);
    set_kernel(layer, {"depthwise"});
  }
  void separable_conv2d() {
    pad(number_padding());
    KerasExport& layer = add("SeparableConv2D");
    layer.config["filters"] = keys().integer("filters");
    layer.config["depth_multiplier"] = keys().integer("depth_multiplier");
    set_window(layer);
    set_kernel(layer, {"depthwise", "pointwise"});
  }
  /// What the padding's numbers cut off is cut off by a layer behind it.
  void conv2d_transpose() {
    const bool by_name = !keys().text_or("padding", "").empty();
    const auto more = keys().pair("output_padding");
    const Sides cut = number_padding();
    const Shape& out = node().declaration.output;
    KerasExport& layer = add("Conv2DTranspose");
    layer.config["filters"] = keys().integer("filters");
    set_window(layer);
    if (!by_name || more != std::pair(0, 0)) layer.config["output_padding"] = json_pair(more);
    if (cut == Sides()) {
      set_kernel(layer, {"kernel"});
      return;
    }
    layer.output = {out[0] + cut.top + cut.bottom, out[1] + cut.left + cut.right, out[2]};
    set_kernel(layer, {"kernel"});
    sources_ = {static_cast<int>(layers_.size()) - 1};
    add_helper("Cropping2D", "_cropping", out).config["cropping"] = json_sides(cut);
  }
  void dense() {
    KerasExport& layer = add("Dense");
    layer.config["units"] = keys().integer("units");
    set_kernel(layer, {"kernel"});
  }

  KerasExport& norm(const std::string& class_name) {
    KerasExport& layer = add(class_name);
    layer.config["axis"] = -1;
    layer.config["epsilon"] = keys().number("epsilon");
    layer.config["center"] = keys().flag("center");
    layer.config["scale"] = keys().flag("scale");
    add_tensors(layer);
    return layer;
  }
  void batch_norm() { norm("BatchNormalization").config["momentum"] = keys().number("momentum"); }
  void group_norm() { norm("GroupNormalization").config["groups"] = keys().integer("groups"); }
  void layer_norm() { norm("LayerNormalization"); }
  void instance_norm() { norm("GroupNormalization").config["groups"] = -1; }

  /// Size and stride of a pooling layer's window; a stride of 0 is the window's size.
  std::pair<std::pair<int, int>, std::pair<int, int>> pool_window() const {
    const auto size = keys().pair("pool");
    auto stride = keys().pair("stride");
    if (stride.first == 0) stride.first = size.first;
    if (stride.second == 0) stride.second = size.second;
    return {size, stride};
  }
  /// The zeros that "same" means for the layer's input.
  Sides same_sides() const {
    const auto window = pool_window();
    const KerasAxis rows = same_window(input_shape()[0], window.first.first, window.second.first);
    const KerasAxis columns = same_window(input_shape()[1], window.first.second, window.second.second);
    return {rows.before, rows.after, columns.before, columns.after};
  }
  /// The zeros beside the image that its windows cover; with ceil_mode the last may cover more than the padding.
  Sides covered() const {
    if (text_padding() == "same") return same_sides();
    const auto window = pool_window();
    Sides sides = number_padding();
    const Shape& out = node().declaration.output;
    const int height = (out[0] - 1) * window.second.first + window.first.first;
    const int width = (out[1] - 1) * window.second.second + window.first.second;
    sides.bottom = std::max(sides.bottom, height - input_shape()[0] - sides.top);
    sides.right = std::max(sides.right, width - input_shape()[1] - sides.left);
    return sides;
  }
  bool is_same(const Sides& sides) const {
    const Shape& out = node().declaration.output;
    const auto window = pool_window();
    return sides == same_sides() && out[0] == (input_shape()[0] - 1) / window.second.first + 1 &&
           out[1] == (input_shape()[1] - 1) / window.second.second + 1;
  }
  void pool(const std::string& class_name, const std::string& padding) {
    const auto window = pool_window();
    KerasExport& layer = add(class_name);
    layer.config["pool_size"] = json_pair(window.first);
    layer.config["strides"] = json_pair(window.second);
    layer.config["padding"] = padding;
    layer.config["data_format"] = "channels_last";
  }
  /// Zeros are as good as nothing where no number is below them.
  void max_pool() {
    const Sides sides = covered();
    if (is_same(sides)) return pool("MaxPooling2D", sides == Sides() ? "valid" : "same");
    if (sides != Sides() && !never_negative(node().inputs.front(), 0)) {
      refuse("pads by \"same\" only: its input may be negative, so zeros beside it would count");
    }
    pad(sides);
    pool("MaxPooling2D", "valid");
  }
  void avg_pool() {
    const Sides sides = covered();
    const bool zeros_count = keys().flag("count_padding") && sides != Sides();
    if (!zeros_count && is_same(sides)) return pool("AveragePooling2D", sides == Sides() ? "valid" : "same");
    const bool as_padded = text_padding() == "same" || sides == number_padding();
    if (sides != Sides() && (!zeros_count || !as_padded)) refuse("has no average pooling with such a padding");
    pad(sides);
    pool("AveragePooling2D", "valid");
  }
  /// Whether a node's output cannot be below 0.
  bool never_negative(int index, int depth) const {
    static const std::set<std::string> positive = {"relu", "relu6", "sigmoid", "hard_sigmoid", "softplus", "softmax"};
    static const std::set<std::string> passing = {"max_pool2d", "avg_pool2d", "dropout",       "spatial_dropout",
                                                  "concat",     "add",        "zero_padding2d"};
    constexpr int far = 8;
    if (index == Network::input || depth > far) return false;
    const Node& from = network_.node(index);
    if (positive.contains(from.type)) return true;
    return passing.contains(from.type) &&
           std::ranges::all_of(from.inputs, [&](int input) { return never_negative(input, depth + 1); });
  }
  void adaptive_pool() {
    KerasExport& layer = add("AdaptiveAveragePooling2D");
    layer.config["output_size"] = json_pair(keys().pair("size"));
    layer.config["data_format"] = "channels_last";
  }
  void zero_padding() { add("ZeroPadding2D").config["padding"] = json_sides(keys().sides("padding")); }
  void cropping() { add("Cropping2D").config["cropping"] = json_sides(keys().sides("cropping")); }
  void up_sampling() {
    KerasExport& layer = add("UpSampling2D");
    layer.config["size"] = json_pair(keys().pair("size"));
    layer.config["interpolation"] = keys().text("interpolation");
    layer.config["data_format"] = "channels_last";
  }
  void reshape() {
    json target = json::array();
    for (int axis = 0; axis < node().declaration.output.rank(); ++axis)
      target.push_back(node().declaration.output[axis]);
    add("Reshape").config["target_shape"] = target;
  }

  void dropout() {
    KerasExport& layer = add(layer_names(spec_->type).keras);
    layer.config["rate"] = keys().number("rate");
    layer.random = keys().number("rate") > 0;
  }
  void noise() {
    if (keys().flag("redrawn") || keys().number("mean") != 0) refuse("has noise of mean 0 and one deviation only");
    KerasExport& layer = add("GaussianNoise");
    layer.config["stddev"] = keys().number("deviation");
    layer.random = keys().number("deviation") > 0;
  }
  void activity_regularization() {
    KerasExport& layer = add("ActivityRegularization");
    layer.config["l1"] = keys().number("l1");
    layer.config["l2"] = keys().number("l2");
  }

  void add_function(const std::string& function) {
    if (keras_function(function).empty()) refuse("has no such function: " + function);
    add("Activation").config["activation"] = keras_function(function);
  }
  void activation() { add_function(keys().text("function")); }
  /// Its numbers are a part of the config.
  void affine() {
    if (node().trainable) refuse("has Rescaling, which does not train: say trainable = false");
    add("Rescaling");
  }
  void relu6() { add("ReLU").config["max_value"] = 6; }
  void leaky_relu() { add("LeakyReLU").config["negative_slope"] = keys().number("slope"); }
  void elu() { add("ELU").config["alpha"] = keys().number("alpha"); }
  void prelu() {
    const std::string slopes = keys().text("slopes");
    const int rank = input_shape().rank();
    json shared = nullptr;
    if (slopes != "each") shared = json::array();
    for (int axis = 1; slopes != "each" && axis <= rank - (slopes == "channel" ? 1 : 0); ++axis) shared.push_back(axis);
    KerasExport& layer = add("PReLU");
    layer.config["shared_axes"] = shared.empty() ? json(nullptr) : shared;
    add_tensors(layer);
  }
  void last_axis() { add(layer_names(spec_->type).keras).config["axis"] = -1; }

  const Network& network_;
  std::set<std::string> names_ = {};
  std::vector<int> own_nodes_ = {};          ///< the nodes that are layers
  std::map<std::string, int> outputs_ = {};  ///< what has a layer's output
  std::vector<KerasExport> layers_ = {};
  const LayerSpec* spec_ = nullptr;  ///< the layer that is being written
  int index_ = 0;                    ///< its node
  std::vector<int> sources_ = {};    ///< what feeds the next
};

}  // namespace

std::vector<KerasExport> keras_layers_of(const Network& network) { return KerasNetworkWriter(network).take(); }

}  // namespace convoy::formats
