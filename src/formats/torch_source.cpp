#include "formats/torch_source.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "convoy/foreign_text.h"
#include "convoy/layers.h"
#include "convoy/number_text.h"
#include "core/text.h"
#include "formats/torch_modules.h"

namespace convoy::formats {
namespace {

std::string text_of(int number) { return std::to_string(number); }
std::string pair_text(std::pair<int, int> pair) {
  return "(" + text_of(pair.first) + ", " + text_of(pair.second) + ")";
}

/// The arguments of F.pad: it begins with the last axis.
std::string pad_text(const Sides& sides) {
  return "(" + text_of(sides.left) + ", " + text_of(sides.right) + ", " + text_of(sides.top) + ", " +
         text_of(sides.bottom) + ")";
}

/// Numbers as a Python list.
std::string list_text(const std::vector<float>& numbers) {
  std::string text;
  for (const float number : numbers) text += (text.empty() ? "" : ", ") + shortest(static_cast<double>(number));
  return "[" + text + "]";
}

/// The pixels that a window adds before and behind an axis, by TensorFlow's rule for "same".
std::pair<int, int> same_padding(int in, int extent, int stride) {
  const int out = (in - 1) / stride + 1;
  const int more = std::max(0, (out - 1) * stride + extent - in);
  return {more / 2, more - more / 2};
}

/// The padding of a convolution or pooling layer at each side.
Sides sides_of(const Settings& settings, const Shape& input, std::pair<int, int> extent, std::pair<int, int> stride) {
  const Settings::Entry* entry = settings.find("padding");
  const auto* name = entry == nullptr ? nullptr : std::get_if<std::string>(&entry->value);
  if (name == nullptr) return settings.sides("padding");
  if (*name != "same") return 0;
  const auto [top, bottom] = same_padding(input[0], extent.first, stride.first);
  const auto [left, right] = same_padding(input[1], extent.second, stride.second);
  return {top, bottom, left, right};
}

bool is_even(const Sides& sides) { return sides.top == sides.bottom && sides.left == sides.right; }

/// A convolution as PyTorch names its parts.
struct ConvText {
  int in = 0;
  int out = 0;
  std::pair<int, int> kernel = {1, 1};
  std::pair<int, int> stride = {1, 1};
  std::pair<int, int> padding = {0, 0};
  std::pair<int, int> output_padding = {0, 0};
  std::pair<int, int> dilation = {1, 1};
  int groups = 1;
  bool bias = true;

  std::string text(const char* type) const {
    std::string all = std::string("nn.") + type + "(" + text_of(in) + ", " + text_of(out) + ", " + pair_text(kernel);
    if (stride != std::pair(1, 1)) all += ", stride=" + pair_text(stride);
    if (padding != std::pair(0, 0)) all += ", padding=" + pair_text(padding);
    if (output_padding != std::pair(0, 0)) all += ", output_padding=" + pair_text(output_padding);
    if (dilation != std::pair(1, 1)) all += ", dilation=" + pair_text(dilation);
    if (groups != 1) all += ", groups=" + text_of(groups);
    if (!bias) all += ", bias=False";
    return all + ")";
  }
};

/// One axis of a transposed convolution: PyTorch's padding and output padding, or what to cut off its whole output.
struct TransposedAxis {
  int padding = 0;
  int more = 0;   ///< output padding
  int first = 0;  ///< where the output begins; -1: as it comes
};

TransposedAxis transposed_axis(int in, int out, int extent, int stride, int before) {
  const int whole = (in - 1) * stride + extent;
  const int more = out - (whole - 2 * before);
  if (more >= 0 && more < stride) return {before, more, -1};
  return {0, std::max(0, before + out - whole), before};
}

/// Writes the lines of __init__ and forward, node by node.
class TorchSource {
 public:
  TorchSource(const ExportedModel& model, const TorchOrders& orders)
      : model_(model), network_(model.network), orders_(orders), attributes_(torch_attributes(network_)) {}

  std::string text() {
    write_scaling();
    for (std::size_t i = 0; i < network_.nodes().size(); ++i) write_node(static_cast<int>(i));
    return head() + joined(init_) + "\n    def forward(self, x):\n" + joined(forward_) + "        return " +
           variable(network_.output()) + "\n" + tail();
  }

 private:
  using Writer = void (TorchSource::*)();

  // The file.

  std::string head() const {
    const Spec& loss = model_.loss;
    const bool softmax_in_loss = loss.type == "softmax_cross_entropy" || loss.type == "focal";
    const bool logits = softmax_in_loss && !network_.ends_in_softmax() && network_.nodes().back().type != "log_softmax";
    std::string text = std::string(torch_source_begins) + shown(model_.name) + "\n\"\"\"A PyTorch module.\n\n";
    text += "Input: " + batch_text(network_.input_shape()) + ", the samples as they are in the data.\n";
    text += "Output: " + batch_text(network_.shape_of(network_.output()));
    text += logits ? ", logits: softmax gives the probabilities.\n" : ".\n";
    text +=
        "\"\"\"\n\nfrom pathlib import Path\n\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n";
    if (!model_.class_names.empty()) text += "\nCLASSES = " + class_list() + "\n";
    return text + "\n\nclass Network(nn.Module):\n    def __init__(self):\n        super().__init__()\n";
  }

  /// Names as Python texts: JSON's are.
  std::string class_list() const;

  static std::string tail() {
    return "\n\ndef load(file=Path(__file__).with_suffix(\".safetensors\")):\n"
           "    \"\"\"The network with its weights, in evaluation mode.\"\"\"\n"
           "    from safetensors.torch import load_file\n\n"
           "    network = Network()\n"
           "    network.load_state_dict(load_file(file), strict=True)\n"
           "    return network.eval()\n";
  }

  static std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line.empty() ? "\n" : "        " + line + "\n";
    return text;
  }

  /// "N x 1 x 28 x 28": channels first.
  static std::string batch_text(const Shape& shape) {
    std::string text = "N";
    for (const int extent : torch_extents(shape)) text += " x " + text_of(extent);
    return text;
  }

  static std::vector<int> torch_extents(const Shape& shape) {
    if (shape.rank() == 3) return {shape[2], shape[0], shape[1]};
    std::vector<int> extents;
    for (int axis = 0; axis < shape.rank(); ++axis) extents.push_back(shape[axis]);
    return extents;
  }

  static std::string extents_text(const std::vector<int>& extents) {
    std::string text;
    for (const int extent : extents) text += (text.empty() ? "" : ", ") + text_of(extent);
    return text;
  }

  // Variables of forward.

  std::vector<int> consumers(int node) const {
    std::vector<int> found;
    for (std::size_t i = 0; i < network_.nodes().size(); ++i) {
      if (std::ranges::count(network_.nodes()[i].inputs, node) > 0) found.push_back(static_cast<int>(i));
    }
    return found;
  }
  /// "x" where the next node alone takes it, else a name of its own.
  std::string variable(int node) const {
    const std::vector<int> takers = consumers(node);
    const bool passing = takers.empty() || (takers.size() == 1 && takers[0] == node + 1);
    if (passing) return "x";
    return node == Network::input ? "input_out" : attributes_[static_cast<std::size_t>(node)] + "_out";
  }

  // One node.

  const Settings& settings() const {
    std::size_t layer = 0;
    for (int i = 0; i < index_; ++i) layer += network_.node(i + 1).owner.empty() ? 1U : 0U;
    return network_.layers()[layer].settings;
  }
  const Node& node() const { return network_.node(index_); }
  const Shape& in_shape(std::size_t input = 0) const { return network_.shape_of(node().inputs[input]); }
  const Shape& out_shape() const { return node().declaration.output; }
  std::string in(std::size_t input = 0) const { return variable(node().inputs[input]); }
  std::string self() const { return "self." + attributes_[static_cast<std::size_t>(index_)]; }
  bool has(const std::string& tensor) const {
    return std::ranges::any_of(node().parameters,
                               [&](const TensorPlace& place) { return place.name == node().name + "/" + tensor; });
  }
  [[noreturn]] void refuse(const std::string& what) const { refuse_torch_layer(network_, index_, what); }

  /// A module as an attribute.
  void declare(const std::string& module) { init_.push_back(self() + " = " + module); }
  void comment(const std::string& text) { forward_.push_back("# " + text); }
  void assign(const std::string& expression) {
    if (expression != variable(index_)) forward_.push_back(variable(index_) + " = " + expression);
  }
  void assign_module(const std::string& module) {
    declare(module);
    assign(self() + "(" + in() + ")");
  }

  void write_node(int index);
  void write_scaling();

  /// x, with the padding around it that the module cannot do.
  std::string padded_input(const Sides& sides, const char* value = "") const {
    return sides == Sides{} ? in() : "F.pad(" + in() + ", " + pad_text(sides) + value + ")";
  }

  ConvText conv_text() const {
    return {.kernel = settings().pair("kernel"),
            .stride = settings().pair("stride"),
            .dilation = settings().pair("dilation"),
            .bias = has("bias")};
  }
  static std::pair<int, int> extent_of(const ConvText& conv) {
    return {(conv.kernel.first - 1) * conv.dilation.first + 1, (conv.kernel.second - 1) * conv.dilation.second + 1};
  }
  /// Takes even padding into the module; returns what is to be done before it.
  Sides take_padding(ConvText& conv) const {
    const Sides sides = sides_of(settings(), in_shape(), extent_of(conv), conv.stride);
    if (!is_even(sides)) return sides;
    conv.padding = {sides.top, sides.left};
    return {};
  }

  void conv2d() {
    ConvText conv = conv_text();
    conv.in = in_shape()[2];
    conv.out = out_shape()[2];
    conv.groups = node().type == "depthwise_conv2d" ? conv.in : settings().integer("groups");
    const Sides before = take_padding(conv);
    declare(conv.text("Conv2d"));
    assign(self() + "(" + padded_input(before) + ")");
  }

  void separable_conv2d() {
    ConvText first = conv_text();
    const ConvText second{
        .in = in_shape()[2] * settings().integer("depth_multiplier"), .out = out_shape()[2], .bias = first.bias};
    first.in = in_shape()[2];
    first.out = second.in;
    first.groups = first.in;
    first.bias = false;
    const Sides before = take_padding(first);
    declare("nn.Sequential(" + first.text("Conv2d") + ", " + second.text("Conv2d") + ")");
    assign(self() + "(" + padded_input(before) + ")");
  }

  void conv2d_transpose() {
    ConvText conv = conv_text();
    conv.in = in_shape()[2];
    conv.out = out_shape()[2];
    const auto extent = extent_of(conv);
    const Sides sides = sides_of(settings(), out_shape(), extent, conv.stride);
    const TransposedAxis y = transposed_axis(in_shape()[0], out_shape()[0], extent.first, conv.stride.first, sides.top);
    const TransposedAxis x =
        transposed_axis(in_shape()[1], out_shape()[1], extent.second, conv.stride.second, sides.left);
    conv.padding = {y.padding, x.padding};
    conv.output_padding = {y.more, x.more};
    declare(conv.text("ConvTranspose2d"));
    assign(self() + "(" + in() + ")" + cut(y.first, out_shape()[0], x.first, out_shape()[1]));
  }

  /// "[:, :, 1:29, :]": rows and columns from these on; -1: all.
  static std::string cut(int top, int height, int left, int width) {
    if (top < 0 && left < 0) return "";
    const auto range = [](int first, int count) {
      return first < 0 ? std::string(":") : text_of(first) + ":" + text_of(first + count);
    };
    return "[:, :, " + range(top, height) + ", " + range(left, width) + "]";
  }

  void dense() {
    assign_module("nn.Linear(" + text_of(in_shape()[0]) + ", " + text_of(out_shape()[0]) +
                  (has("bias") ? ")" : ", bias=False)"));
  }

  std::string epsilon() const { return ", eps=" + shortest(settings().number("epsilon")); }
  bool has_affine() const { return has("gamma") || has("beta"); }
  std::string affine_text() const { return has_affine() ? ", affine=True)" : ", affine=False)"; }

  void batch_norm() {
    const int rank = in_shape().rank();
    if (rank != 1 && rank != 3) refuse(" for an input of " + in_shape().text());
    if (settings().text("moving_variance") == "biased")
      comment("In training, PyTorch's moving variance is the unbiased one.");
    if (!node().trainable) comment("Frozen in convoy: call eval() on it in training.");
    assign_module(std::string(rank == 1 ? "nn.BatchNorm1d(" : "nn.BatchNorm2d(") + text_of(in_shape().last()) +
                  epsilon() + ", momentum=" + rounded_share(1 - settings().number("momentum")) + affine_text());
  }
  /// 0.1 for 1 - 0.9, which is a little less.
  static std::string rounded_share(double share) {
    constexpr double steps = 1e12;
    return shortest(std::round(share * steps) / steps);
  }

  void group_norm() {
    const int rank = in_shape().rank();
    if (rank != 1 && rank != 3) refuse(" for an input of " + in_shape().text());
    assign_module("nn.GroupNorm(" + text_of(settings().integer("groups")) + ", " + text_of(in_shape().last()) +
                  epsilon() + affine_text());
  }
  void instance_norm() { assign_module("nn.InstanceNorm2d(" + text_of(in_shape().last()) + epsilon() + affine_text()); }

  /// Over the channels of each pixel: PyTorch's goes over the last axis.
  void layer_norm() {
    declare("nn.LayerNorm(" + text_of(in_shape().last()) + epsilon() +
            (has_affine() ? ")" : ", elementwise_affine=False)"));
    if (in_shape().rank() == 3) return assign(self() + "(" + channels_last(in()) + ")" + back);
    assign(self() + "(" + in() + ")");
  }

  void local_response_norm() {
    assign("F.local_response_norm(" + in() + ", " + text_of(settings().integer("size")) +
           ", alpha=" + shortest(settings().number("alpha")) + ", beta=" + shortest(settings().number("beta")) +
           ", k=" + shortest(settings().number("k")) + ")");
  }

  /// gamma * x + beta.
  void affine() {
    if (!has_affine()) return assign(in());
    const std::string channels = "torch.ones(" + text_of(in_shape().last()) + ")";
    declare("nn.ParameterDict({\"weight\": " + channels + ", \"bias\": " + channels + "})");
    const std::string view = in_shape().rank() == 3 ? ".view(-1, 1, 1)" : "";
    assign(in() + " * " + self() + "[\"weight\"]" + view + " + " + self() + "[\"bias\"]" + view);
  }

  // Pooling. Where PyTorch's module does not have the padding, the image is padded first: with what is no maximum, or
  // with zeros, which a second pooling of ones then does not count.

  struct PoolText {
    std::pair<int, int> pool;
    std::pair<int, int> stride;
    Sides sides;  ///< the layer's own
    Sides whole;  ///< so that the windows fit exactly; less than nothing where they leave some of the image out
    bool plain = false;
    std::string arguments;  ///< of the plain function
  };

  PoolText pool_text() const {
    PoolText made{.pool = settings().pair("pool"),
                  .stride = settings().pair("stride"),
                  .sides = {},
                  .whole = {},
                  .arguments = {}};
    if (made.stride.first == 0) made.stride.first = made.pool.first;
    if (made.stride.second == 0) made.stride.second = made.pool.second;
    made.sides = sides_of(settings(), in_shape(), made.pool, made.stride);
    made.whole = made.sides;
    made.whole.bottom = (out_shape()[0] - 1) * made.stride.first + made.pool.first - in_shape()[0] - made.sides.top;
    made.whole.right = (out_shape()[1] - 1) * made.stride.second + made.pool.second - in_shape()[1] - made.sides.left;
    made.plain =
        is_even(made.sides) && made.sides.top <= made.pool.first / 2 && made.sides.left <= made.pool.second / 2;
    made.arguments = pair_text(made.pool) + ", " + pair_text(made.stride);
    return made;
  }
  std::string plain_pool(const PoolText& pool) const {
    std::string text = in() + ", " + pool.arguments;
    if (pool.sides != Sides{}) text += ", padding=" + pair_text({pool.sides.top, pool.sides.left});
    if (settings().flag("ceil_mode") && settings().text_or("padding", "") != "same") text += ", ceil_mode=True";
    return text;
  }

  void max_pool2d() {
    const PoolText pool = pool_text();
    if (pool.plain) return assign("F.max_pool2d(" + plain_pool(pool) + ")");
    assign("F.max_pool2d(" + padded_input(pool.whole, ", value=float(\"-inf\")") + ", " + pool.arguments + ")");
  }

  void avg_pool2d() {
    const PoolText pool = pool_text();
    const bool count = settings().flag("count_padding");
    if (pool.plain) {
      const char* counted = count || pool.sides == Sides{} ? "" : ", count_include_pad=False";
      return assign("F.avg_pool2d(" + plain_pool(pool) + counted + ")");
    }
    const Sides beyond = {0, pool.whole.bottom - pool.sides.bottom, 0, pool.whole.right - pool.sides.right};
    const std::string ones = "torch.ones_like(" + in() + "[:1])";
    const std::string counted =
        count ? "F.pad(F.pad(" + ones + ", " + pad_text(pool.sides) + ", value=1.0), " + pad_text(beyond) + ")"
              : "F.pad(" + ones + ", " + pad_text(pool.whole) + ")";
    assign("F.avg_pool2d(" + padded_input(pool.whole) + ", " + pool.arguments + ") / F.avg_pool2d(" + counted + ", " +
           pool.arguments + ")");
  }

  void adaptive_avg_pool2d() {
    assign("F.adaptive_avg_pool2d(" + in() + ", " + pair_text(settings().pair("size")) + ")");
  }
  void global_avg_pool() { assign(in() + ".mean((2, 3))"); }
  void global_max_pool() { assign(in() + ".amax((2, 3))"); }
  void zero_padding2d() { assign("F.pad(" + in() + ", " + pad_text(settings().sides("padding")) + ")"); }
  void cropping2d() {
    const Sides sides = settings().sides("cropping");
    assign(in() + cut(sides.top, out_shape()[0], sides.left, out_shape()[1]));
  }
  void up_sampling2d() {
    const bool nearest = settings().text("interpolation") == "nearest";
    assign("F.interpolate(" + in() + ", scale_factor=" + pair_text(settings().pair("size")) +
           (nearest ? ", mode=\"nearest\")" : ", mode=\"bilinear\", align_corners=False)"));
  }

  // The order of numbers.

  static constexpr const char* back = ".permute(0, 3, 1, 2)";
  static std::string channels_last(const std::string& image) { return image + ".permute(0, 2, 3, 1)"; }

  void reshape() {
    const Shape& from = in_shape();
    const Shape& to = out_shape();
    const bool by_pixel = orders_.by_pixel[static_cast<std::size_t>(index_)];
    if (by_pixel) comment("In convoy's order: pixel by pixel, the channels of each together.");
    const std::string x = by_pixel && from.rank() == 3 ? channels_last(in()) : in();
    if (to.rank() == 1) return assign(x + ".flatten(1)");
    if (to.rank() != 3) return assign(x + ".reshape(-1, " + extents_text(torch_extents(to)) + ")");
    const auto extents = by_pixel ? std::vector<int>{to[0], to[1], to[2]} : torch_extents(to);
    assign(x + ".reshape(-1, " + extents_text(extents) + ")" + (by_pixel ? back : ""));
  }

  // Layers without weights.

  std::string rate() const { return shortest(settings().number("rate")) + ", self.training)"; }
  void dropout() { assign("F.dropout(" + in() + ", " + rate()); }
  void spatial_dropout() { assign("F.dropout2d(" + in() + ", " + rate()); }
  void activity_regularization() {
    comment("activity_regularization: adds to convoy's loss only.");
    assign(in());
  }
  void noise() {
    const std::string mean = shortest(settings().number("mean"));
    const std::string deviation = shortest(settings().number("deviation"));
    const std::string channels =
        in_shape().rank() == 3 ? text_of(in_shape()[2]) + ", 1, 1" : text_of(in_shape().last());
    const std::string each = "torch.rand(" + channels + ", device=" + in() + ".device)";
    const bool redrawn = settings().flag("redrawn");
    const std::string added =
        redrawn ? "(2 * " + each + " - 1) * " + mean + " + " + each + " * " + deviation : mean + " + " + deviation;
    assign(in() + " + " + added + " * torch.randn_like(" + in() + ") if self.training else " + in());
  }

  /// The inputs with an operator between them.
  std::string chained(const char* between) const {
    std::string text;
    for (std::size_t i = 0; i < node().inputs.size(); ++i) text += (i == 0 ? "" : between) + in(i);
    return text;
  }
  void add() { assign(chained(" + ")); }
  void subtract() { assign(chained(" - ")); }
  void average() { assign("(" + chained(" + ") + ") / " + text_of(static_cast<int>(node().inputs.size()))); }
  void maximum() {
    std::string text = in();
    for (std::size_t i = 1; i < node().inputs.size(); ++i) text = "torch.maximum(" + text + ", " + in(i) + ")";
    assign(text);
  }
  void multiply() {
    std::string text;
    for (std::size_t i = 0; i < node().inputs.size(); ++i) text += (i == 0 ? "" : " * ") + gate(i);
    assign(text);
  }
  /// An input of a product, so that one number a channel goes with every pixel.
  std::string gate(std::size_t input) const {
    const Shape& from = in_shape(input);
    const Shape& to = out_shape();
    if (from.rank() == to.rank()) return in(input);
    if (from.rank() == 3 && to.rank() == 1) return in(input) + ".flatten(1)";
    if (from.rank() == 1 && to.rank() == 3) return in(input) + "[:, :, None, None]";
    refuse(" for inputs of " + from.text() + " and " + to.text());
  }
  void concat() { assign("torch.cat((" + chained(", ") + "), dim=" + channel_axis() + ")"); }
  std::string channel_axis() const { return out_shape().rank() == 3 ? "1" : "-1"; }

  // Activations.

  void function(const char* name) { assign(std::string(name) + "(" + in() + ")"); }
  /// The number of leaky_relu or elu: its key, or in the activation of the layer before.
  std::string number(const char* key, double usual) const {
    if (node().owner.empty()) return shortest(settings().has(key) ? settings().number(key) : usual);
    const auto written = parse_numbered(settings().text("activation"));
    return shortest(written && written->number ? *written->number : usual);
  }
  void relu() { function("F.relu"); }
  void relu6() { function("F.relu6"); }
  void leaky_relu() { assign("F.leaky_relu(" + in() + ", " + number("slope", LeakyReLU{}.slope) + ")"); }
  void elu() { assign("F.elu(" + in() + ", " + number("alpha", ELU{}.alpha) + ")"); }
  void selu() { function("F.selu"); }
  void sigmoid() { function("torch.sigmoid"); }
  void hard_sigmoid() { function("F.hardsigmoid"); }
  void tanh() { function("torch.tanh"); }
  void gelu() { function("F.gelu"); }
  void gelu_tanh() { assign("F.gelu(" + in() + ", approximate=\"tanh\")"); }
  void silu() { function("F.silu"); }
  void hard_swish() { function("F.hardswish"); }
  void mish() { function("F.mish"); }
  void softplus() { function("F.softplus"); }
  void softmax() { assign("F.softmax(" + in() + ", dim=" + channel_axis() + ")"); }
  void log_softmax() { assign("F.log_softmax(" + in() + ", dim=" + channel_axis() + ")"); }

  /// nn.PReLU has a slope for all or for each channel; a slope for each number of an image is a parameter by itself.
  void prelu() {
    const Shape& slopes = node().parameters.front().shape;
    const int rank = in_shape().rank();
    const bool of_torch = slopes.size() == 1 || (slopes.rank() == 1 && (rank == 1 || rank == 3));
    if (of_torch) return assign_module("nn.PReLU(" + text_of(static_cast<int>(slopes.size())) + ")");
    declare("nn.ParameterDict({\"weight\": torch.zeros(" + extents_text(torch_extents(slopes)) + ")})");
    assign("torch.where(" + in() + " > 0, " + in() + ", " + self() + "[\"weight\"] * " + in() + ")");
  }

  static const std::map<std::string, Writer>& writers();

  const ExportedModel& model_;
  const Network& network_;
  const TorchOrders& orders_;
  std::vector<std::string> attributes_;
  std::vector<std::string> init_;
  std::vector<std::string> forward_;
  int index_ = 0;  ///< of the node that is being written
};

const std::map<std::string, TorchSource::Writer>& TorchSource::writers() {
  using S = TorchSource;
  static const std::map<std::string, Writer> all = {
      {"conv2d", &S::conv2d},
      {"depthwise_conv2d", &S::conv2d},
      {"separable_conv2d", &S::separable_conv2d},
      {"conv2d_transpose", &S::conv2d_transpose},
      {"dense", &S::dense},
      {"batch_norm", &S::batch_norm},
      {"group_norm", &S::group_norm},
      {"layer_norm", &S::layer_norm},
      {"instance_norm", &S::instance_norm},
      {"local_response_norm", &S::local_response_norm},
      {"affine", &S::affine},
      {"max_pool2d", &S::max_pool2d},
      {"avg_pool2d", &S::avg_pool2d},
      {"adaptive_avg_pool2d", &S::adaptive_avg_pool2d},
      {"global_avg_pool", &S::global_avg_pool},
      {"global_max_pool", &S::global_max_pool},
      {"zero_padding2d", &S::zero_padding2d},
      {"cropping2d", &S::cropping2d},
      {"up_sampling2d", &S::up_sampling2d},
      {"reshape", &S::reshape},
      {"flatten", &S::reshape},
      {"dropout", &S::dropout},
      {"spatial_dropout", &S::spatial_dropout},
      {"noise", &S::noise},
      {"activity_regularization", &S::activity_regularization},
      {"add", &S::add},
      {"subtract", &S::subtract},
      {"multiply", &S::multiply},
      {"maximum", &S::maximum},
      {"average", &S::average},
      {"concat", &S::concat},
      {"relu", &S::relu},
      {"relu6", &S::relu6},
      {"leaky_relu", &S::leaky_relu},
      {"elu", &S::elu},
      {"selu", &S::selu},
      {"prelu", &S::prelu},
      {"sigmoid", &S::sigmoid},
      {"hard_sigmoid", &S::hard_sigmoid},
      {"tanh", &S::tanh},
      {"gelu", &S::gelu},
      {"gelu_tanh", &S::gelu_tanh},
      {"silu", &S::silu},
      {"hard_swish", &S::hard_swish},
      {"mish", &S::mish},
      {"softplus", &S::softplus},
      {"softmax", &S::softmax},
      {"log_softmax", &S::log_softmax},
  };
  return all;
}

void TorchSource::write_node(int index) {
  index_ = index;
  const auto found = writers().find(node().type);
  if (found == writers().end()) refuse("");
  (this->*found->second)();
}

std::string TorchSource::class_list() const {
  std::string text;
  for (const std::string& name : model_.class_names) {
    std::string quoted;
    for (const char c : shown(name)) quoted += (c == '"' || c == '\\' ? "\\" : "") + std::string(1, c);
    text += (text.empty() ? "\"" : ", \"") + quoted + "\"";
  }
  return "[" + text + "]";
}

/// The scaling of the data: buffers that are no part of the state_dict.
void TorchSource::write_scaling() {
  const auto all = [](const std::vector<float>& numbers, float number) {
    return std::ranges::all_of(numbers, [number](float other) { return other == number; });
  };
  const Scaling& scaling = model_.scaling;
  const std::string view = network_.input_shape().rank() == 3 ? ".view(-1, 1, 1)" : "";
  const auto buffer = [&](const char* name, const std::vector<float>& numbers) {
    init_.push_back(std::string("self.register_buffer(\"") + name + "\", torch.tensor(" + list_text(numbers) + ")" +
                    view + ", persistent=False)");
  };
  if (!all(scaling.multiply, 1) || !all(scaling.add, 0)) {
    buffer("input_multiply", scaling.multiply);
    buffer("input_add", scaling.add);
    comment("The scaling that convoy does before the network, by channel.");
    forward_.emplace_back("x = x * self.input_multiply + self.input_add");
  }
  if (scaling.threshold) {
    forward_.push_back("x = (x > " + shortest(static_cast<double>(*scaling.threshold)) + ").to(x.dtype)");
  }
  if (variable(Network::input) != "x") forward_.push_back(variable(Network::input) + " = x");
}

}  // namespace

std::string torch_source(const ExportedModel& model, const TorchOrders& orders) {
  return TorchSource(model, orders).text();
}

}  // namespace convoy::formats
