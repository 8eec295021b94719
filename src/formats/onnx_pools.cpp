// Operators on windows and sizes of images: pooling, means over the image, padding, cropping, resizing.

#include <algorithm>
#include <cmath>
#include <limits>

#include "formats/onnx_graph.h"
#include "formats/onnx_window.h"

namespace convoy::formats::onnx {
namespace {

/// Images, whichever of ONNX's axes are their height, width and channels.
struct Images {
  ExpressionPtr array;
  std::vector<int> axes;  ///< ONNX's axis of the sample for each of the array's
};

Images images_of(const Call& call, std::size_t input) {
  const GraphValue& x = call.data(input);
  if (x.view.rank() == 3) {
    for (const std::vector<int>& axes : {std::vector<int>{1, 2, 0}, std::vector<int>{0, 1, 2}}) {
      if (ExpressionPtr array = arranged(call.layers(), x, axes)) return {array, axes};
    }
  }
  call.fail("expected images, got " + std::to_string(x.view.rank() + 1) + " axes or numbers in another order");
}

/// A layer of images; one that puts in zeros puts in another number if that is taken off before and added behind.
void give_images(const Call& call, LayerSpec spec, const Images& images, double filled = 0) {
  const auto channels = static_cast<std::size_t>(images.array->shape[2]);
  const auto raised = [&](const ExpressionPtr& x, double by) {
    const std::vector<double> ones(channels, 1);
    return by == 0 ? x : call.layers().scaled(call.place(), x, ones, std::vector<double>(channels, by), false);
  };
  ExpressionPtr made = call.layers().add(call.place(), std::move(spec), {raised(images.array, -filled)});
  made = raised(made, filled);
  const View view = View(made->shape).transposed_back(images.axes);
  call.give(std::move(made), view);
}

bool uses_other_outputs(const Call& call) {
  const auto& outputs = call.node().outputs;
  const auto used = [&](std::string_view output) { return call.state().uses.contains(output); };
  return !outputs.empty() && std::any_of(outputs.begin() + 1, outputs.end(), used);
}

void pool(const Call& call, const std::string& type) {
  if (call.attribute("kernel_shape") == nullptr) call.fail("has no kernel_shape");
  const Window window = window_of(call, {});
  if (window.dilations != Extents{1, 1}) call.fail("convoy's pooling has no dilation");
  if (uses_other_outputs(call)) call.fail("convoy's pooling does not tell the indices");
  Images images{nullptr, {1, 2, 0}};
  Sides border;
  const ExpressionPtr& given = call.data(0).expression;
  if (type == "max_pool2d" && given->kind == Expression::Kind::padded) {
    images.array = given->inputs[0];
    border = given->border;
    if (window.same || window.lower) call.fail("convoy has no layer for this padding in front of a pooling");
  } else {
    images.array = call.image(0);
  }
  Window padded = window;
  padded.pads = {window.pads.top + border.top, window.pads.bottom + border.bottom, window.pads.left + border.left,
                 window.pads.right + border.right};
  LayerSpec spec = layer_of_type(type);
  spec.settings.set("pool", pair_value(window.kernel));
  spec.settings.set("stride", pair_value(window.strides));
  spec.settings.set("padding", padding_of(padded, images.array->shape));
  spec.settings.set("ceil_mode", call.integer("ceil_mode", 0) != 0);
  if (type == "avg_pool2d" && call.integer("count_include_pad", 0) != 0) {
    spec.settings.set("count_padding", true);
    if (window.same) {  // in convoy "same" does not count
      Window other = window;
      other.same = false;
      other.lower = true;
      const auto value = padding_of(other, images.array->shape);
      if (const auto* sides = std::get_if<Integers>(&value)) {
        spec.settings.set("padding", Integers{(*sides)[1], (*sides)[0], (*sides)[3], (*sides)[2]});
      } else {
        spec.settings.set("padding", value);
      }
    }
  }
  give_images(call, std::move(spec), images);
}

void max_pool(const Call& call) { pool(call, "max_pool2d"); }
void average_pool(const Call& call) { pool(call, "avg_pool2d"); }

/// The mean or the largest over height and width; the batch x channels, with or without axes of extent 1.
void over_image(const Call& call, const std::string& type, const Extents& extents) {
  const Images images = images_of(call, 0);
  ExpressionPtr made = call.layers().add(call.place(), layer_of_type(type), {images.array});
  const auto view = View(made->shape).reshaped(extents);
  call.give(std::move(made), *view);
}

template <bool largest>
void global_pool(const Call& call) {
  const std::int64_t channels = call.image(0)->shape.last();
  over_image(call, largest ? "global_max_pool" : "global_avg_pool", {channels, 1, 1});
}

template <bool largest>
void reduce(const Call& call) {
  const GraphValue& x = call.data(0);
  const Extents given = call.integers_of(1, "axes", {});
  std::vector<bool> reduced(static_cast<std::size_t>(x.view.rank()), false);
  for (const std::int64_t axis : given) reduced[static_cast<std::size_t>(call.sample_axis(axis, x.view))] = true;
  const Images images = images_of(call, 0);
  const auto is_reduced = [&](int axis) { return reduced[static_cast<std::size_t>(axis)]; };
  if (!is_reduced(images.axes[0]) || !is_reduced(images.axes[1]) || is_reduced(images.axes[2])) {
    call.fail("expected the axes of height and width, as global pooling has it");
  }
  const bool keeps = call.integer("keepdims", 1) != 0;
  Extents extents;
  for (int axis = 0; axis < x.view.rank(); ++axis) {
    if (!is_reduced(axis)) extents.push_back(x.view.extent(axis));
    if (is_reduced(axis) && keeps) extents.push_back(1);
  }
  over_image(call, largest ? "global_max_pool" : "global_avg_pool", extents);
}

/// Pixels at the two ends of each axis of an array of images, in the array's order.
struct Ends {
  std::int64_t before[3] = {0, 0, 0};
  std::int64_t after[3] = {0, 0, 0};
};

std::size_t array_axis(const Images& images, int sample_axis) {
  return static_cast<std::size_t>(std::ranges::find(images.axes, sample_axis) - images.axes.begin());
}

Sides sides_of(const Call& call, const Ends& ends) {
  constexpr std::int64_t most = 1 << 20;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (std::abs(ends.before[axis]) > most || std::abs(ends.after[axis]) > most) call.fail("the border is too large");
  }
  if (ends.before[2] != 0 || ends.after[2] != 0)
    call.fail("expected a border of height and width, got one of channels");
  return {static_cast<int>(ends.before[0]), static_cast<int>(ends.after[0]), static_cast<int>(ends.before[1]),
          static_cast<int>(ends.after[1])};
}

Ends pads_of(const Call& call, const Images& images) {
  const Extents pads = call.integers_of(1, "pads", {});
  Extents axes = {0, 1, 2, 3};
  if (call.has(3)) axes = call.constant(3).integers;
  if (pads.size() != 2 * axes.size()) call.fail("expected two numbers of pads for each axis");
  Ends ends;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t before = pads[i];
    const std::int64_t after = pads[i + axes.size()];
    if (before == 0 && after == 0) continue;
    const std::size_t axis = array_axis(images, call.sample_axis(axes[i], call.data(0).view));
    ends.before[axis] = before;
    ends.after[axis] = after;
  }
  return ends;
}

double padding_value(const Call& call) {
  if (call.has(2)) {
    const Constant& value = call.constant(2);
    return value.size() == 1 ? value.at(0) : 0;
  }
  return call.has(1) ? 0 : call.number("value", 0);
}

/// The numbers at the sides as a layer's one key.
LayerSpec border_layer(const std::string& type, const std::string& key, const Sides& sides) {
  LayerSpec spec = layer_of_type(type);
  spec.settings.set(key, sides_value(sides));
  return spec;
}

void pad(const Call& call) {
  const std::string mode = call.text("mode", "constant");
  const Images images = images_of(call, 0);
  const Sides sides = sides_of(call, pads_of(call, images));
  if (sides == Sides()) {
    call.give(call.data(0));
    return;
  }
  const bool least = mode == "constant" && padding_value(call) <= double{std::numeric_limits<float>::lowest()};
  if (least || mode == "edge") {  // a max pooling never takes such a number for the largest, or does not mind
    auto padded = std::make_shared<Expression>();
    padded->kind = Expression::Kind::padded;
    padded->node = call.name();
    padded->op = "Pad";
    padded->inputs = {images.array};
    padded->border = sides;
    const Shape& in = images.array->shape;
    padded->shape = {in[0] + sides.top + sides.bottom, in[1] + sides.left + sides.right, in[2]};
    const View view = View(padded->shape).transposed_back(images.axes);
    call.give(std::move(padded), view);
    return;
  }
  if (mode != "constant") call.fail("convoy pads by one number, got mode " + mode);
  const bool smaller = std::min({sides.top, sides.bottom, sides.left, sides.right}) < 0;
  if (smaller && std::max({sides.top, sides.bottom, sides.left, sides.right}) > 0) {
    call.fail("expected pads of one sign");
  }
  const Sides cut{-sides.top, -sides.bottom, -sides.left, -sides.right};
  if (smaller) {
    give_images(call, border_layer("cropping2d", "cropping", cut), images);
  } else {
    give_images(call, border_layer("zero_padding2d", "padding", sides), images, padding_value(call));
  }
}

/// Where a slice of `extent` begins or ends.
std::int64_t bounded(std::int64_t place, std::int64_t extent) {
  return std::clamp<std::int64_t>(place < 0 ? place + extent : place, 0, extent);
}

void slice(const Call& call) {
  const Images images = images_of(call, 0);
  const Extents starts = call.integers_of(1, "starts", {});
  const Extents stops = call.integers_of(2, "ends", {});
  Extents axes;
  for (std::size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  axes = call.integers_of(3, "axes", axes);
  const Extents steps = call.has(4) ? call.constant(4).integers : Extents(axes.size(), 1);
  if (stops.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size()) {
    call.fail("expected as many starts as ends, axes and steps");
  }
  Ends ends;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    if (steps[i] != 1) call.fail("convoy crops, it does not step over pixels: expected steps of 1");
    if (call.axis(axes[i], 4) == 0) {
      if (starts[i] != 0 || stops[i] < 1) call.fail("takes some of the batch's samples");
      continue;
    }
    const std::size_t axis = array_axis(images, call.sample_axis(axes[i], call.data(0).view));
    const std::int64_t extent = images.array->shape[static_cast<int>(axis)];
    ends.before[axis] = bounded(starts[i], extent);
    ends.after[axis] = extent - bounded(stops[i], extent);
  }
  const Sides sides = sides_of(call, ends);
  if (sides == Sides()) {
    call.give(call.data(0));
  } else {
    give_images(call, border_layer("cropping2d", "cropping", sides), images);
  }
}

/// Whether nearest neighbours are each pixel repeated `factor` times: those of pixel 1, as those of all others but at
/// the image's ends.
bool repeats(const Call& call, const std::string& places, const std::string& rounding, std::int64_t factor) {
  const bool centres = places == "half_pixel" || places == "pytorch_half_pixel" || places == "half_pixel_symmetric";
  if (!centres && places != "asymmetric") {
    call.fail("convoy repeats pixels, got coordinate_transformation_mode " + places);
  }
  const auto by = static_cast<double>(factor);
  for (std::int64_t out = factor; out < 2 * factor; ++out) {
    const auto place = static_cast<double>(out);
    const double at = centres ? (place + 0.5) / by - 0.5 : place / by;
    double nearest = std::floor(at);
    if (rounding == "ceil") nearest = std::ceil(at);
    if (rounding == "round_prefer_floor") nearest = std::ceil(at - 0.5);
    if (rounding == "round_prefer_ceil") nearest = std::floor(at + 0.5);
    if (nearest != 1) return false;
  }
  return true;
}

/// The factors of height and width. Other axes must keep their size.
Extents factors_of(const Call& call, const Images& images, std::size_t scales, std::size_t sizes) {
  const View& view = call.data(0).view;
  Extents factors = {1, 1, 1};
  const bool by_size = call.has(sizes) && call.constant(sizes).size() > 0;
  if (!by_size && !call.has(scales) && call.attribute("scales") == nullptr) call.fail("has neither scales nor sizes");
  std::vector<double> given;
  if (by_size || call.has(scales)) {
    const Constant& constant = call.constant(by_size ? sizes : scales);
    for (std::size_t i = 0; i < constant.size(); ++i) given.push_back(constant.at(i));
  } else {
    for (const float number : call.attribute("scales")->numbers) given.push_back(double{number});
  }
  Extents axes = {0, 1, 2, 3};
  if (given.size() == 2 || call.attribute("axes") != nullptr) axes = call.integers("axes", {2, 3});
  if (given.size() != axes.size()) call.fail("expected a factor for each axis");
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (call.axis(axes[i], 4) == 0) continue;
    const int sample_axis = call.sample_axis(axes[i], view);
    const double extent = static_cast<double>(view.extent(sample_axis));
    const double factor = by_size ? given[i] / extent : given[i];
    if (!(factor >= 1 && factor <= 256) || factor != std::floor(factor)) {
      call.fail("convoy makes images a whole number of times larger, got " + std::to_string(factor));
    }
    factors[array_axis(images, sample_axis)] = static_cast<std::int64_t>(factor);
  }
  if (factors[2] != 1) call.fail("makes the channels more");
  return {factors[0], factors[1]};
}

void resize_by(const Call& call, const std::string& places, std::size_t scales, std::size_t sizes) {
  const Images images = images_of(call, 0);
  const Extents factors = factors_of(call, images, scales, sizes);
  const std::string mode = call.text("mode", "nearest");
  LayerSpec spec = layer_of_type("up_sampling2d");
  spec.settings.set("size", pair_value(factors));
  if (mode == "nearest") {
    const std::string rounding =
        call.text("nearest_mode", places == "asymmetric" && call.opset() < 11 ? std::string("floor")
                                                                              : std::string("round_prefer_floor"));
    if (!repeats(call, places, rounding, factors[0]) || !repeats(call, places, rounding, factors[1])) {
      call.fail("convoy repeats pixels evenly, which " + places + " with " + rounding + " does not");
    }
  } else if (mode == "linear" && (places == "half_pixel" || places == "pytorch_half_pixel")) {
    spec.settings.set("interpolation", std::string("bilinear"));
    if (call.integer("antialias", 0) != 0 && factors != Extents{1, 1}) spec.settings.set("size", pair_value(factors));
  } else {
    call.fail("convoy has nearest and, from pixel centre to pixel centre, bilinear; got " + mode + " with " + places);
  }
  give_images(call, std::move(spec), images);
}

void resize(const Call& call) {
  if (call.opset() < 11) {
    resize_by(call, "asymmetric", 1, 9);
  } else {
    resize_by(call, call.text("coordinate_transformation_mode", "half_pixel"), 2, 3);
  }
}

void upsample(const Call& call) { resize_by(call, "asymmetric", 1, 9); }

}  // namespace

const std::map<std::string, Operator, std::less<>>& pool_operators() {
  static const std::map<std::string, Operator, std::less<>> operators = {
      {"MaxPool", max_pool},
      {"AveragePool", average_pool},
      {"GlobalAveragePool", global_pool<false>},
      {"GlobalMaxPool", global_pool<true>},
      {"ReduceMean", reduce<false>},
      {"ReduceMax", reduce<true>},
      {"Pad", pad},
      {"Slice", slice},
      {"Resize", resize},
      {"Upsample", upsample},
  };
  return operators;
}

}  // namespace convoy::formats::onnx
