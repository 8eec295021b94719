#include "diagnose/watched_tensor.h"

#include <algorithm>
#include <cmath>

#include "convoy/error.h"
#include "core/parse.h"

namespace convoy {
namespace {

constexpr const char* input_suffix = ".input";

/// Throws Error{config}.
[[noreturn]] void refuse(const std::string& name, const std::string& what) {
  throw Error(ErrorKind::config, "diagnostics.percentiles: \"" + name + "\": " + what);
}

/// Cuts "[7]" off the end of a name and returns 7, or -1 where there is none. Throws Error{config} for bad brackets.
int take_unit(std::string& name) {
  const auto open = name.find('[');
  if (open == std::string::npos) return -1;
  const std::string given = name;
  name.resize(open);
  const bool closed = given.ends_with(']');
  const int unit = closed ? number_in<int>(given.substr(open + 1, given.size() - open - 2)).value_or(-1) : -1;
  if (unit < 0) refuse(given, "expected a unit's number in brackets: " + name + "[7]");
  return unit;
}

/// The value that a share `rank` of the values is below (nearest rank); 0 of none. Reorders the values.
double percentile(std::vector<float>& values, double rank) {
  if (values.empty()) return 0;
  const auto at = std::lround(rank * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, values.begin() + at);
  return values[static_cast<std::size_t>(at)];
}

}  // namespace

WatchedTensor::WatchedTensor(const std::string& name, const Network& network, int last) : name_(name) {
  std::string layer = name;
  unit_ = take_unit(layer);
  if (layer.find('/') != std::string::npos) {
    find_parameter(layer, network);
  } else {
    const bool input = layer.ends_with(input_suffix);
    if (input) layer.resize(layer.size() - std::string(input_suffix).size());
    find_layer(layer, input, network, last);
  }
  if (unit_ >= shape_.last()) refuse(name, "has " + std::to_string(shape_.last()) + " units, numbered from 0");
}

void WatchedTensor::find_parameter(const std::string& parameter, const Network& network) {
  std::vector<std::string> names;
  for (const Node& node : network.nodes()) {
    for (const TensorPlace& place : node.parameters) {
      names.push_back(place.name);
      if (place.name != parameter) continue;
      is_parameter_ = true;
      offset_ = place.offset;
      shape_ = place.shape;
      return;
    }
  }
  refuse(name_, "the network has no such parameter" + did_you_mean(parameter, names));
}

void WatchedTensor::find_layer(const std::string& layer, bool input, const Network& network, int last) {
  std::vector<std::string> names;
  bool found = false;
  for (int i = 0; i <= last; ++i) {
    const Node& node = network.node(i);
    names.push_back(network.layer_of(i));
    if (names.back() != layer || (input && found)) continue;
    found = true;  // the last node of the layer has its output, the first its input
    node_ = input ? node.inputs.front() : i;
  }
  if (!found) refuse(name_, "no layer is named so" + did_you_mean(layer, names));
  shape_ = network.shape_of(node_);
}

void WatchedTensor::collect(const Session& session, const Weights& weights, int batch) {
  if (is_parameter_) {
    if (values_.empty()) append(weights.parameters.data() + offset_);
    return;
  }
  const BatchView view = node_ == Network::input ? session.input() : session.output_of(node_);
  for (int n = 0; n < batch; ++n) append(view[n]);
}

void WatchedTensor::append(const float* values) {
  const auto units = static_cast<std::size_t>(shape_.last());
  for (std::size_t i = 0; i < shape_.size(); ++i) {
    if (unit_ < 0 || i % units == static_cast<std::size_t>(unit_)) values_.push_back(values[i]);
  }
}

PercentileBand WatchedTensor::percentiles() {
  return {name_, percentile(values_, 0.15), percentile(values_, 0.50), percentile(values_, 0.85)};
}

}  // namespace convoy
