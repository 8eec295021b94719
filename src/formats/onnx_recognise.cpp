// What nodes do by the numbers that they have made of samples.

#include <algorithm>
#include <cmath>

#include "formats/onnx_probe.h"

namespace convoy::formats::onnx {
namespace {

using Doubles = std::vector<double>;

constexpr std::size_t most_epsilons = 2;
constexpr double closeness = 1e-4;  // nodes compute in float, some with differences of large numbers

bool agree(const std::vector<float>& got, const Doubles& want, double tolerance) {
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (!(std::abs(double{got[i]} - want[i]) <= tolerance * std::max(1.0, std::abs(want[i])))) return false;
  }
  return true;
}

/// (x - mean) / sqrt(variance + epsilon) in each group of channels; of each pixel, or of all pixels together.
struct Statistics {
  std::string type;
  std::size_t channels;
  std::size_t groups;
  bool of_pixels;
};

Doubles normalised(const std::vector<float>& x, const Statistics& over, double epsilon) {
  const std::size_t width = over.channels / over.groups;
  const std::size_t pixels = x.size() / over.channels;
  const std::size_t together = over.of_pixels ? 1 : pixels;
  Doubles all(x.size());
  for (std::size_t pixel = 0; pixel < pixels; pixel += together) {
    for (std::size_t first = 0; first < over.channels; first += width) {
      const auto each = [&](const auto& function) {
        for (std::size_t p = pixel; p < pixel + together; ++p) {
          for (std::size_t c = first; c < first + width; ++c) function(p * over.channels + c);
        }
      };
      const double count = static_cast<double>(together * width);
      double sum = 0;
      double squares = 0;
      each([&](std::size_t i) { sum += double{x[i]}; });
      each([&](std::size_t i) { squares += std::pow(double{x[i]} - sum / count, 2); });
      const double scale = 1 / std::sqrt(squares / count + epsilon);
      each([&](std::size_t i) { all[i] = (double{x[i]} - sum / count) * scale; });
    }
  }
  return all;
}

/// gamma and beta of each channel.
struct ChannelMap {
  Doubles gamma;
  Doubles beta;
};

/// Those that make the outputs of what is normalised, by the two numbers of each channel that are farthest apart.
ChannelMap fitted(const std::vector<Probe>& probes, const std::vector<Doubles>& from, std::size_t channels) {
  ChannelMap map{Doubles(channels, 0), Doubles(channels, 0)};
  for (std::size_t c = 0; c < channels; ++c) {
    double low = HUGE_VAL;
    double high = -HUGE_VAL;
    double at_low = 0;
    double at_high = 0;
    for (std::size_t p = 0; p < probes.size(); ++p) {
      for (std::size_t i = c; i < from[p].size(); i += channels) {
        const double out = double{probes[p].output[i]};
        if (from[p][i] < low) low = from[p][i], at_low = out;
        if (from[p][i] > high) high = from[p][i], at_high = out;
      }
    }
    map.gamma[c] = high > low ? (at_high - at_low) / (high - low) : 0;
    map.beta[c] = at_low - map.gamma[c] * low;
  }
  return map;
}

bool explains(const ChannelMap& map, const std::vector<Probe>& probes, const std::vector<Doubles>& from) {
  const std::size_t channels = map.gamma.size();
  for (std::size_t p = 0; p < probes.size(); ++p) {
    for (std::size_t i = 0; i < from[p].size(); ++i) {
      const double gamma = map.gamma[i % channels];
      const double beta = map.beta[i % channels];
      const double size = std::abs(gamma) * std::max(1.0, std::abs(from[p][i])) + std::abs(beta);
      if (!(std::abs(double{probes[p].output[i]} - gamma * from[p][i] - beta) <= closeness * size)) return false;
    }
  }
  return true;
}

/// The nodes' own constant in place of the numbers that were computed, where they are about the same; 1 and 0 exactly.
void take_exact(Doubles& numbers, const Probed& probed, bool in_order) {
  const double largest = std::abs(*std::ranges::max_element(numbers, {}, [](double n) { return std::abs(n); }));
  const auto close = [&](double a, double b) { return std::abs(a - b) <= 10 * closeness * std::max(largest, 1e-3); };
  for (const double plain : {1.0, 0.0}) {
    if (std::ranges::all_of(numbers, [&](double n) { return close(n, plain) && std::abs(n - plain) < 1e-4; })) {
      numbers.assign(numbers.size(), plain);
    }
  }
  for (const ConstantPtr& constant : probed.constants) {
    if (constant->size() != numbers.size()) continue;
    Doubles exact(numbers.size());
    for (std::size_t i = 0; i < exact.size(); ++i) exact[in_order ? i : probed.places[i]] = constant->at(i);
    bool all = true;
    for (std::size_t i = 0; i < exact.size(); ++i) all = all && close(exact[i], numbers[i]);
    if (all) numbers = exact;
  }
}

/// Constants of one number between 0 and 1 among the nodes', as the decimals that were meant.
Doubles epsilons(const Probed& probed) {
  Doubles all;
  for (const ConstantPtr& constant : probed.constants) {
    if (all.size() == most_epsilons) break;
    if (constant->size() == 1 && constant->floats[0] > 0 && constant->floats[0] < 1) {
      all.push_back(decimal(constant->floats[0]));
    }
  }
  return all;
}

/// The groups of a group_norm are an axis of their own.
std::vector<Statistics> statistics_of(const Probed& probed) {
  const Shape& shape = probed.input->shape;
  const auto channels = static_cast<std::size_t>(shape.last());
  std::vector<Statistics> all = {{"layer_norm", channels, 1, true}};
  if (shape.rank() != 3) return all;
  all.push_back({"instance_norm", channels, channels, false});
  Extents extents = probed.extents;
  extents.push_back(1);
  for (const std::int64_t extent : extents) {
    const auto groups = static_cast<std::size_t>(extent);
    if (groups < channels && channels % groups == 0) all.push_back({"group_norm", channels, groups, false});
  }
  return all;
}

ExpressionPtr norm_layer(Layers& layers, const Probed& probed, const Statistics& over, double epsilon) {
  std::vector<Doubles> from;
  for (const Probe& probe : probed.probes) from.push_back(normalised(probe.input, over, epsilon));
  ChannelMap map = fitted(probed.probes, from, over.channels);
  if (!explains(map, probed.probes, from)) return nullptr;
  const bool vector = probed.input->shape.rank() == 1;
  take_exact(map.gamma, probed, !vector);
  take_exact(map.beta, probed, !vector);
  LayerSpec spec = layer_of_type(over.type);
  spec.settings.set("epsilon", epsilon);
  if (over.type == "group_norm") spec.settings.set("groups", static_cast<std::int64_t>(over.groups));
  ExpressionPtr made = layers.pending(probed.place, std::move(spec), probed.input);
  if (map.gamma != Doubles(over.channels, 1)) made->gamma = map.gamma;
  if (map.beta != Doubles(over.channels, 0)) made->beta = map.beta;
  return made;
}

ExpressionPtr as_norm(Layers& layers, const Probed& probed) {
  for (const double epsilon : epsilons(probed)) {
    for (const Statistics& over : statistics_of(probed)) {
      if (ExpressionPtr made = norm_layer(layers, probed, over, epsilon)) return made;
    }
  }
  return nullptr;
}

/// The logarithms of softmax over the last axis.
Doubles log_softmax_of(const std::vector<float>& x, std::size_t channels) {
  Doubles all(x.size());
  for (std::size_t first = 0; first < x.size(); first += channels) {
    const auto begin = x.begin() + static_cast<std::ptrdiff_t>(first);
    const double largest = double{*std::max_element(begin, begin + static_cast<std::ptrdiff_t>(channels))};
    double sum = 0;
    for (std::size_t c = 0; c < channels; ++c) sum += std::exp(double{x[first + c]} - largest);
    for (std::size_t c = 0; c < channels; ++c) all[first + c] = double{x[first + c]} - largest - std::log(sum);
  }
  return all;
}

ExpressionPtr as_softmax(Layers& layers, const Probed& probed) {
  bool logarithm = true;
  bool plain = true;
  for (const Probe& probe : probed.probes) {
    Doubles want = log_softmax_of(probe.input, static_cast<std::size_t>(probed.input->shape.last()));
    logarithm = logarithm && agree(probe.output, want, closeness);
    for (double& number : want) number = std::exp(number);
    plain = plain && agree(probe.output, want, closeness);
  }
  if (!plain && !logarithm) return nullptr;
  return layers.add(probed.place, layer_of_type(plain ? "softmax" : "log_softmax"), {probed.input});
}

/// x where it is above 0, else x times a slope of each number's own.
ExpressionPtr as_prelu(Layers& layers, const Probed& probed) {
  Doubles slopes(probed.places.size(), 0);
  for (const Probe& probe : probed.probes) {
    for (std::size_t i = 0; i < slopes.size(); ++i) {
      if (probe.input[i] < 0) slopes[i] = double{probe.output[i]} / double{probe.input[i]};
    }
  }
  for (const Probe& probe : probed.probes) {
    Doubles want(slopes.size());
    for (std::size_t i = 0; i < want.size(); ++i) {
      want[i] = double{probe.input[i]} * (probe.input[i] < 0 ? slopes[i] : 1);
    }
    if (!agree(probe.output, want, closeness)) return nullptr;
  }
  take_exact(slopes, probed, false);
  if (std::ranges::all_of(slopes, [&](double slope) { return slope == slopes[0]; })) return nullptr;  // leaky_relu
  LayerSpec spec = layer_of_type("prelu");
  spec.settings.set("slopes", std::string("each"));
  const std::vector<float> alpha(slopes.begin(), slopes.end());
  return layers.add(probed.place, std::move(spec), {probed.input}, {{"alpha", alpha}});
}

const StoredNode* node_of(const Probed& probed, std::string_view op) {
  const auto found = std::ranges::find(probed.nodes, op, &StoredNode::op);
  return found == probed.nodes.end() ? nullptr : *found;
}

/// x / (k + alpha * mean of the squares of `size` channels around it) ^ beta.
Doubles response_normalised(const std::vector<float>& x, std::size_t channels, std::int64_t size, const Doubles& keys) {
  Doubles all(x.size());
  const auto last = static_cast<std::int64_t>(channels);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto channel = static_cast<std::int64_t>(i % channels);
    double sum = 0;
    for (std::int64_t c = channel - size / 2; c < channel - size / 2 + size; ++c) {
      if (c < 0 || c >= last) continue;
      const double one = double{x[i - static_cast<std::size_t>(channel) + static_cast<std::size_t>(c)]};
      sum += one * one;
    }
    all[i] = double{x[i]} / std::pow(keys[2] + keys[0] * sum / static_cast<double>(size), keys[1]);
  }
  return all;
}

/// The keys alpha, beta and k are three of the constants of one number.
ExpressionPtr as_response_norm(Layers& layers, const Probed& probed) {
  const StoredNode* pool = node_of(probed, "AveragePool");
  if (pool == nullptr || probed.input->shape.rank() != 3) return nullptr;
  std::int64_t size = 1;
  for (const Attribute& attribute : pool->attributes) {
    if (attribute.name == "kernel_shape") size = *std::ranges::max_element(attribute.integers);
  }
  Doubles numbers;
  for (const ConstantPtr& constant : probed.constants) {
    if (constant->size() == 1) numbers.push_back(decimal(constant->floats[0]));
  }
  const auto channels = static_cast<std::size_t>(probed.input->shape.last());
  if (numbers.size() != 3 || size < 1 || size > 2 * std::int64_t{probed.input->shape.last()}) return nullptr;
  std::ranges::sort(numbers);
  do {
    const bool fits = std::ranges::all_of(probed.probes, [&](const Probe& probe) {
      return agree(probe.output, response_normalised(probe.input, channels, size, numbers), 1e-5);
    });
    if (!fits) continue;
    LayerSpec spec = layer_of_type("local_response_norm");
    spec.settings.set("size", size);
    spec.settings.set("alpha", numbers[0]);
    spec.settings.set("beta", numbers[1]);
    spec.settings.set("k", numbers[2]);
    return layers.add(probed.place, std::move(spec), {probed.input});
  } while (std::ranges::next_permutation(numbers).found);
  return nullptr;
}

}  // namespace

std::size_t recognition_cost(const Probed& probed) {
  const std::size_t norms = epsilons(probed).size() * statistics_of(probed).size();
  return (norms + 2) * probed.probes.size() * probed.places.size();
}

ExpressionPtr recognised_layer(Layers& layers, const Probed& probed) {
  for (const auto as_layer : {as_norm, as_softmax, as_prelu, as_response_norm}) {
    if (ExpressionPtr made = as_layer(layers, probed)) return made;
  }
  return nullptr;
}

}  // namespace convoy::formats::onnx
