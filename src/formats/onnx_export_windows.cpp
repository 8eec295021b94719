// Layers with windows or borders: convolutions, pooling, padding, cropping, and those that change an image's size.

#include <algorithm>
#include <map>

#include "convoy/error.h"
#include "formats/onnx_export.h"

namespace convoy::formats::onnx {
namespace {

using Writer = std::string (*)(const ExportedNode&);

Extents two(const Settings& settings, const char* key) {
  const auto [height, width] = settings.pair(key);
  return {height, width};
}

bool by_name(const Settings& settings, const char* name) {
  const auto* text = std::get_if<std::string>(&settings.find("padding")->value);
  return text != nullptr && *text == name;
}

/// What ceil(in / stride) windows need, the odd one at the end.
std::pair<std::int64_t, std::int64_t> same_pads(std::int64_t in, std::int64_t extent, std::int64_t stride) {
  const std::int64_t out = (in - 1) / stride + 1;
  const std::int64_t all = std::max<std::int64_t>((out - 1) * stride + extent - in, 0);
  return {all / 2, all - all / 2};
}

/// top, left, bottom, right, as ONNX has them.
Extents pads_of(const ExportedNode& node, const Extents& window, const Extents& strides, const Extents& dilations) {
  if (by_name(node.settings, "same")) {
    const auto [top, bottom] = same_pads(node.in()[0], (window[0] - 1) * dilations[0] + 1, strides[0]);
    const auto [left, right] = same_pads(node.in()[1], (window[1] - 1) * dilations[1] + 1, strides[1]);
    return {top, left, bottom, right};
  }
  if (by_name(node.settings, "valid")) return {0, 0, 0, 0};
  const Sides sides = node.settings.sides("padding");
  return {sides.top, sides.left, sides.bottom, sides.right};
}

/// A kernel height x width x a x b as b x a x height x width.
std::vector<float> kernel_first(std::span<const float> kernel, std::size_t a, std::size_t b) {
  std::vector<float> values(kernel.size());
  const std::size_t pixels = kernel.size() / (a * b);
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    const std::size_t pixel = i / (a * b);
    values[(i % b * a + i / b % a) * pixels + pixel] = kernel[i];
  }
  return values;
}

/// A kernel's name, after writing it: outputs x inputs x height x width.
std::string write_kernel(const ExportedNode& node, const std::string& tensor, std::int64_t outputs, std::int64_t inputs,
                         const Extents& window) {
  const std::vector<float> values =
      kernel_first(node.values(tensor), static_cast<std::size_t>(inputs), static_cast<std::size_t>(outputs));
  return node.graph.floats(node.name(tensor), {outputs, inputs, window[0], window[1]}, values);
}

void add_bias(const ExportedNode& node, std::vector<std::string>& inputs) {
  if (!node.settings.flag("use_bias")) return;
  inputs.push_back(node.graph.floats(node.name("bias"), {node.out().last()}, node.values("bias")));
}

/// The attributes of a convolution in so many groups.
Attributes conv_attributes(const ExportedNode& node, std::int64_t groups) {
  const Extents window = two(node.settings, "kernel");
  const Extents strides = two(node.settings, "stride");
  const Extents dilations = two(node.settings, "dilation");
  return {{"kernel_shape", window},
          {"strides", strides},
          {"dilations", dilations},
          {"pads", pads_of(node, window, strides, dilations)},
          {"group", groups}};
}

std::string conv2d(const ExportedNode& node) {
  const std::int64_t groups = node.settings.integer("groups");
  std::vector<std::string> inputs = {
      node.inputs[0],
      write_kernel(node, "kernel", node.out().last(), node.in().last() / groups, two(node.settings, "kernel"))};
  add_bias(node, inputs);
  return node.graph.add("Conv", node.name(), inputs, conv_attributes(node, groups));
}

std::string depthwise_conv2d(const ExportedNode& node) {
  std::vector<std::string> inputs = {node.inputs[0],
                                     write_kernel(node, "kernel", node.out().last(), 1, two(node.settings, "kernel"))};
  add_bias(node, inputs);
  return node.graph.add("Conv", node.name(), inputs, conv_attributes(node, node.in().last()));
}

std::string separable_conv2d(const ExportedNode& node) {
  const std::int64_t channels = node.in().last();
  const std::int64_t between = channels * node.settings.integer("depth_multiplier");
  const std::string first = write_kernel(node, "depthwise_kernel", between, 1, two(node.settings, "kernel"));
  const std::string middle =
      node.graph.add("Conv", node.name("depthwise"), {node.inputs[0], first}, conv_attributes(node, channels));
  std::vector<std::string> inputs = {middle,
                                     write_kernel(node, "pointwise_kernel", node.out().last(), between, {1, 1})};
  add_bias(node, inputs);
  return node.graph.add("Conv", node.name(), inputs, {{"kernel_shape", Extents{1, 1}}});
}

/// What is cut off along one axis, or added to it where that is negative.
struct TransposedAxis {
  std::int64_t before;
  std::int64_t after;
  std::int64_t more;
};

TransposedAxis transposed_axis(const ExportedNode& node, int axis, const Extents& pads) {
  const auto i = static_cast<std::size_t>(axis);
  const std::int64_t stride = two(node.settings, "stride")[i];
  const std::int64_t extent = (two(node.settings, "kernel")[i] - 1) * two(node.settings, "dilation")[i] + 1;
  const std::int64_t whole = (std::int64_t{node.in()[axis]} - 1) * stride + extent;
  const std::int64_t all = whole - node.out()[axis];
  if (by_name(node.settings, "same")) {
    const std::int64_t cut = std::max<std::int64_t>(all, 0);
    return {cut / 2, cut - cut / 2, cut - all};
  }
  return {pads[i], pads[i + 2], pads[i] + pads[i + 2] - all};
}

std::string conv2d_transpose(const ExportedNode& node) {
  const Extents window = two(node.settings, "kernel");
  const bool same = by_name(node.settings, "same");
  const Extents given = same ? Extents{0, 0, 0, 0} : pads_of(node, window, {1, 1}, {1, 1});
  const TransposedAxis h = transposed_axis(node, 0, given);
  const TransposedAxis w = transposed_axis(node, 1, given);
  std::vector<std::string> inputs = {node.inputs[0],
                                     write_kernel(node, "kernel", node.in().last(), node.out().last(), window)};
  add_bias(node, inputs);
  return node.graph.add("ConvTranspose", node.name(), inputs,
                        {{"kernel_shape", window},
                         {"strides", two(node.settings, "stride")},
                         {"dilations", two(node.settings, "dilation")},
                         {"pads", Extents{h.before, w.before, h.after, w.after}},
                         {"output_padding", Extents{h.more, w.more}}});
}

/// Windows, with what sticks out of the image behind it as pads: runtimes differ in their ceil_mode. Where the zeros
/// count in a mean, only the operator's ceil_mode says that those further out do not.
std::string pool(const ExportedNode& node, const std::string& op) {
  const Extents window = two(node.settings, "pool");
  Extents strides = two(node.settings, "stride");
  for (std::size_t i = 0; i < 2; ++i) strides[i] = strides[i] == 0 ? window[i] : strides[i];
  Extents pads = pads_of(node, window, strides, {1, 1});
  const bool counts = op == "AveragePool" && node.settings.flag("count_padding");
  Attributes attributes = {{"kernel_shape", window}, {"strides", strides}};
  bool sticks_out = false;
  for (std::size_t i = 0; i < 2; ++i) {
    const int axis = static_cast<int>(i);
    const std::int64_t needed =
        (std::int64_t{node.out()[axis]} - 1) * strides[i] + window[i] - node.in()[axis] - pads[i];
    sticks_out = sticks_out || needed > pads[i + 2];
    if (!counts) pads[i + 2] = std::max(pads[i + 2], needed);
  }
  const bool same = by_name(node.settings, "same");
  attributes.emplace_back("pads", pads);
  if (counts && sticks_out) attributes.emplace_back("ceil_mode", std::int64_t{1});
  if (counts && !same) attributes.emplace_back("count_include_pad", std::int64_t{1});
  return node.graph.add(op, node.name(), {node.inputs[0]}, attributes);
}

std::string max_pool2d(const ExportedNode& node) { return pool(node, "MaxPool"); }
std::string avg_pool2d(const ExportedNode& node) { return pool(node, "AveragePool"); }

std::string adaptive_avg_pool2d(const ExportedNode& node) {
  const Extents size = two(node.settings, "size");
  if (node.in()[0] % size[0] != 0 || node.in()[1] % size[1] != 0) {
    throw Error(ErrorKind::config, "layer \"" + node.name() +
                                       "\" (adaptive_avg_pool2d): ONNX has windows of one size only; " +
                                       "\"size\" must divide the input, " + node.in().text());
  }
  const Extents window = {node.in()[0] / size[0], node.in()[1] / size[1]};
  return node.graph.add("AveragePool", node.name(), {node.inputs[0]}, {{"kernel_shape", window}, {"strides", window}});
}

std::string global_pool(const ExportedNode& node, const std::string& op) {
  const std::string pooled = node.graph.add(op, node.name(), {node.inputs[0]});
  return node.graph.add("Flatten", node.name("flatten"), {pooled});
}
std::string global_avg_pool(const ExportedNode& node) { return global_pool(node, "GlobalAveragePool"); }
std::string global_max_pool(const ExportedNode& node) { return global_pool(node, "GlobalMaxPool"); }

std::string zero_padding2d(const ExportedNode& node) {
  const Sides sides = node.settings.sides("padding");
  const Extents pads = {0, 0, sides.top, sides.left, 0, 0, sides.bottom, sides.right};
  return node.graph.add("Pad", node.name(), {node.inputs[0], node.graph.integers(node.name("pads"), pads)});
}

std::string cropping2d(const ExportedNode& node) {
  GraphWriter& graph = node.graph;
  const Sides sides = node.settings.sides("cropping");
  const Extents ends = {node.in()[0] - sides.bottom, node.in()[1] - sides.right};
  return graph.add("Slice", node.name(),
                   {node.inputs[0], graph.integers(node.name("starts"), {sides.top, sides.left}),
                    graph.integers(node.name("ends"), ends), graph.integers(node.name("axes"), {2, 3})});
}

std::string up_sampling2d(const ExportedNode& node) {
  const auto [height, width] = node.settings.pair("size");
  const std::vector<float> scales = {1, 1, static_cast<float>(height), static_cast<float>(width)};
  const bool nearest = node.settings.text("interpolation") == "nearest";
  Attributes attributes = {{"mode", std::string(nearest ? "nearest" : "linear")},
                           {"coordinate_transformation_mode", std::string(nearest ? "asymmetric" : "half_pixel")}};
  if (nearest) attributes.emplace_back("nearest_mode", std::string("floor"));
  return node.graph.add("Resize", node.name(),
                        {node.inputs[0], "", node.graph.floats(node.name("scales"), {4}, scales)}, attributes);
}

const std::map<std::string, Writer>& window_writers() {
  static const std::map<std::string, Writer> all = {
      {"conv2d", conv2d},
      {"depthwise_conv2d", depthwise_conv2d},
      {"separable_conv2d", separable_conv2d},
      {"conv2d_transpose", conv2d_transpose},
      {"max_pool2d", max_pool2d},
      {"avg_pool2d", avg_pool2d},
      {"adaptive_avg_pool2d", adaptive_avg_pool2d},
      {"global_avg_pool", global_avg_pool},
      {"global_max_pool", global_max_pool},
      {"zero_padding2d", zero_padding2d},
      {"cropping2d", cropping2d},
      {"up_sampling2d", up_sampling2d},
  };
  return all;
}

}  // namespace

bool is_windowed(const std::string& type) { return window_writers().contains(type); }

std::string write_windowed(const ExportedNode& node) { return window_writers().at(node.node.type)(node); }

}  // namespace convoy::formats::onnx
