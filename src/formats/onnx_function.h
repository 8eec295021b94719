#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "convoy/settings.h"

/// Activation functions are recognised by their values rather than by the operators that an exporter wrote them with:
/// x * Sigmoid(x), x / (1 + Exp(-x)) and Swish are silu all the same.
namespace convoy::formats::onnx {

/// Numbers at which functions are compared.
const std::vector<double>& probes();

/// scale * x + shift.
struct LinearMap {
  double scale = 1;
  double shift = 0;
  bool operator==(const LinearMap&) const = default;
};

/// What a function is in convoy: a layer, with a map of its input and one of its output.
struct Recognised {
  std::string type;  ///< "gelu"; "linear" for the maps alone
  Settings settings = {};
  LinearMap before = {};
  LinearMap after = {};
};

/// The layer type whose values at the probes these are; nothing where there is none.
std::optional<Recognised> recognised(std::span<const double> values);

}  // namespace convoy::formats::onnx
