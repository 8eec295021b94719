// Normalisations, and softmax.

#include <algorithm>

#include "formats/onnx_graph.h"

namespace convoy::formats::onnx {
namespace {

/// An input of so many numbers.
std::vector<double> numbers(const Call& call, std::size_t input, std::size_t count) {
  const Constant& constant = call.constant(input);
  if (constant.size() != count) {
    call.fail("expected " + std::to_string(count) + " numbers as input number " + std::to_string(input + 1) + ", got " +
              std::to_string(constant.size()));
  }
  std::vector<double> all(count);
  for (std::size_t i = 0; i < count; ++i) all[i] = constant.at(i);
  return all;
}

/// The input as an array whose last axis is its channels, ONNX's axis 1.
ExpressionPtr by_channel(const Call& call, std::vector<std::size_t>& places) {
  const GraphValue& x = call.data(0);
  if (x.view.rank() == 1) return call.vector(0, places);
  if (x.view.rank() == 3) return call.image(0);
  call.fail("expected images or feature vectors, got " + std::to_string(x.view.rank() + 1) + " axes");
}

/// The numbers by channel as floats, where convoy has these channels.
std::vector<float> placed(const std::vector<double>& values, const std::vector<std::size_t>& places) {
  std::vector<float> all(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) all[places.empty() ? i : places[i]] = static_cast<float>(values[i]);
  return all;
}

void batch_normalization(const Call& call) {
  if (call.integer("training_mode", 0) != 0) call.fail("expected it to use the moving statistics: training_mode = 0");
  if (call.integer("spatial", 1) == 0) call.fail("expected statistics by channel: spatial = 1");
  if (call.opset() < 7 && call.integer("is_test", 0) == 0) call.fail("expected is_test = 1");
  std::vector<std::size_t> places;
  const ExpressionPtr x = by_channel(call, places);
  const auto channels = static_cast<std::size_t>(x->shape.last());
  LayerSpec spec = layer_of_type("batch_norm");
  spec.settings.set("epsilon", call.number("epsilon", 1e-5));
  spec.settings.set("momentum", call.number("momentum", 0.9));
  const bool unbiased = call.state().file.producer == "pytorch" || call.state().unbiased.contains(call.name());
  spec.settings.set("moving_variance", std::string(unbiased ? "unbiased" : "biased"));
  Tensors tensors;
  const char* names[] = {"gamma", "beta", "moving_mean", "moving_variance"};
  for (std::size_t i = 0; i < 4; ++i) tensors[names[i]] = placed(numbers(call, i + 1, channels), places);
  const View view = call.data(0).view;
  call.give(call.layers().add(call.place(), std::move(spec), {x}, std::move(tensors)), view);
}

LayerSpec norm_spec(const Call& call, const std::string& type) {
  LayerSpec spec = layer_of_type(type);
  spec.settings.set("epsilon", call.number("epsilon", 1e-5));
  return spec;
}

bool all_equal(const std::vector<double>& values, double number) {
  return std::ranges::all_of(values, [&](double value) { return value == number; });
}

/// A normalisation of images whose gamma and beta, 1 and 0 where nothing changes, may be added by later operators too.
ExpressionPtr normalised(const Call& call, LayerSpec spec, const ExpressionPtr& x, const std::vector<double>& gamma,
                         const std::vector<double>& beta) {
  ExpressionPtr made = call.layers().pending(call.place(), std::move(spec), x);
  if (!all_equal(gamma, 1)) made->gamma = gamma;
  if (!all_equal(beta, 0)) made->beta = beta;
  return made;
}

std::vector<double> repeated(const std::vector<double>& values, std::size_t times) {
  std::vector<double> all;
  for (const double value : values) all.insert(all.end(), times, value);
  return all;
}

/// The images that a Reshape has divided into so many groups of channels, groups x the rest; null for other views.
ExpressionPtr ungrouped(const Call& call, std::int64_t groups) {
  const GraphValue& x = call.data(0);
  const Shape& shape = x.expression->shape;
  if (shape.rank() != 3 || shape[2] % groups != 0) return nullptr;
  const View grouped = View(shape).transposed({2, 0, 1});
  const auto same = grouped.reshaped({groups, static_cast<std::int64_t>(shape.size()) / groups});
  const auto given = x.view.reshaped({groups, static_cast<std::int64_t>(shape.size()) / groups});
  return same && given && *same == *given ? x.expression : nullptr;
}

void instance_normalization(const Call& call) {
  const GraphValue& x = call.data(0);
  if (x.view.rank() < 2) call.fail("expected images");
  const auto groups = static_cast<std::size_t>(x.view.extent(0));
  const std::vector<double> scale = numbers(call, 1, groups);
  const std::vector<double> bias = numbers(call, 2, groups);
  if (x.view.rank() == 3 && arranged(call.layers(), x, {1, 2, 0}) != nullptr) {
    call.give(normalised(call, norm_spec(call, "instance_norm"), call.image(0), scale, bias), x.view);
    return;
  }
  const ExpressionPtr images = ungrouped(call, static_cast<std::int64_t>(groups));
  if (!images) call.fail("expected images, or images with their channels in groups");
  LayerSpec spec = norm_spec(call, "group_norm");
  spec.settings.set("groups", static_cast<std::int64_t>(groups));
  const std::size_t width = static_cast<std::size_t>(images->shape[2]) / groups;
  call.give(normalised(call, std::move(spec), images, repeated(scale, width), repeated(bias, width)), x.view);
}

void group_normalization(const Call& call) {
  const ExpressionPtr images = call.image(0);
  const auto channels = static_cast<std::size_t>(images->shape[2]);
  const std::int64_t groups = call.integer("num_groups", 1);
  if (groups < 1 || channels % static_cast<std::size_t>(groups) != 0) call.fail("num_groups must divide the channels");
  LayerSpec spec = norm_spec(call, "group_norm");
  spec.settings.set("groups", groups);
  const std::size_t count = call.constant(1).size();
  if (count == 0 || channels % count != 0) call.fail("expected one scale for each channel or group");
  const std::vector<double> gamma = repeated(numbers(call, 1, count), channels / count);
  const std::vector<double> beta = repeated(numbers(call, 2, count), channels / count);
  const View view = call.data(0).view;
  call.give(normalised(call, std::move(spec), images, gamma, beta), view);
}

void layer_normalization(const Call& call) {
  const GraphValue& x = call.data(0);
  const int axis = call.sample_axis(call.integer("axis", -1), x.view);
  std::vector<int> axes;
  for (int i = 0; i < x.view.rank(); ++i) axes.push_back(i);
  const ExpressionPtr array = x.view.rank() <= 4 ? arranged(call.layers(), x, axes) : nullptr;
  if (axis != x.view.rank() - 1 || !array) {
    call.fail("convoy's layer_norm is over the channels of each pixel, ONNX's last axis here");
  }
  const auto channels = static_cast<std::size_t>(array->shape.last());
  const std::vector<double> gamma = numbers(call, 1, channels);
  const std::vector<double> beta = call.has(2) ? numbers(call, 2, channels) : std::vector<double>(channels, 0);
  call.give(normalised(call, norm_spec(call, "layer_norm"), array, gamma, beta), View(array->shape));
}

void local_response(const Call& call) {
  const ExpressionPtr images = call.image(0);
  const std::int64_t size = call.integer("size", 0);
  if (size % 2 == 0) call.fail("expected an odd size: convoy's window of an even one begins elsewhere");
  LayerSpec spec = layer_of_type("local_response_norm");
  spec.settings.set("size", size);
  spec.settings.set("alpha", call.number("alpha", 1e-4));
  spec.settings.set("beta", call.number("beta", 0.75));
  spec.settings.set("k", call.number("bias", 1));
  const View view = call.data(0).view;
  call.give(call.layers().add(call.place(), std::move(spec), {images}), view);
}

/// Over one axis. Until operator set 12 over all axes from it on.
void softmax_of(const Call& call, const std::string& type) {
  const GraphValue& x = call.data(0);
  const bool old = call.opset() < 13;
  const int axis = call.sample_axis(call.integer("axis", old ? 1 : -1), x.view);
  std::int64_t extent = 1;
  for (int i = axis; i < x.view.rank(); ++i) extent *= i == axis || old ? x.view.extent(i) : 1;
  const auto size = static_cast<std::int64_t>(x.expression->shape.size());
  ExpressionPtr from;
  if (extent == size) {
    from = call.layers().reshaped(x.expression, Shape{static_cast<int>(size)});
  } else {
    std::vector<int> axes;
    for (int i = 0; i < x.view.rank(); ++i) {
      if (i != axis) axes.push_back(i);
    }
    const bool over_last = x.view.rank() <= 4 && (!old || axis == x.view.rank() - 1);
    do {  // the others may be in any order
      std::vector<int> order = axes;
      order.push_back(axis);
      if (over_last) from = arranged(call.layers(), x, order);
    } while (!from && std::ranges::next_permutation(axes).found);
  }
  if (!from)
    call.fail("convoy's softmax is over the channels or over a feature vector, got axis " + std::to_string(axis + 1));
  call.give(call.layers().add(call.place(), layer_of_type(type), {from}), x.view);
}

void softmax(const Call& call) { softmax_of(call, "softmax"); }
void log_softmax(const Call& call) { softmax_of(call, "log_softmax"); }

}  // namespace

const std::map<std::string, Operator, std::less<>>& norm_operators() {
  static const std::map<std::string, Operator, std::less<>> operators = {
      {"BatchNormalization", batch_normalization},
      {"InstanceNormalization", instance_normalization},
      {"GroupNormalization", group_normalization},
      {"LayerNormalization", layer_normalization},
      {"LRN", local_response},
      {"Softmax", softmax},
      {"LogSoftmax", log_softmax},
  };
  return operators;
}

}  // namespace convoy::formats::onnx
