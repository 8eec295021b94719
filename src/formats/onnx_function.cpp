#include "formats/onnx_function.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace convoy::formats::onnx {
namespace {

constexpr double tolerance = 3e-6;  // constants of float, such as 0.70710677, leave about 1e-7

double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double hard_sigmoid(double x) { return std::clamp(x / 6 + 0.5, 0.0, 1.0); }
double gelu_tanh(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}
double selu(double x) {
  constexpr double alpha = 1.6732632423543772848170429916717;
  constexpr double scale = 1.0507009873554804934193349852946;
  return scale * (x > 0 ? x : alpha * std::expm1(x));
}

struct Known {
  const char* type;
  double (*value)(double x);
};

constexpr std::array<Known, 13> functions = {{
    {"linear", [](double x) { return x; }},
    {"relu", [](double x) { return std::max(x, 0.0); }},
    {"relu6", [](double x) { return std::clamp(x, 0.0, 6.0); }},
    {"sigmoid", sigmoid},
    {"tanh", [](double x) { return std::tanh(x); }},
    {"gelu", [](double x) { return 0.5 * x * std::erfc(-x / std::numbers::sqrt2); }},
    {"gelu_tanh", gelu_tanh},
    {"silu", [](double x) { return x * sigmoid(x); }},
    {"hard_sigmoid", hard_sigmoid},
    {"hard_swish", [](double x) { return x * hard_sigmoid(x); }},
    {"softplus", softplus},
    {"mish", [](double x) { return x * std::tanh(softplus(x)); }},
    {"selu", selu},
}};

template <class Function>
bool agrees(std::span<const double> values, const Function& function) {
  const std::vector<double>& at = probes();
  for (std::size_t i = 0; i < at.size(); ++i) {
    const double want = function(at[i]);
    if (!(std::abs(values[i] - want) <= tolerance * std::max(1.0, std::abs(want)))) return false;
  }
  return true;
}

/// The number as its float's shortest decimal has it: 0.01 rather than 0.009999999776.
double tidy(double number) {
  const auto nearest = static_cast<float>(number);
  for (int digits = 1; digits < 9; ++digits) {
    const double power = std::pow(10.0, digits);
    const double rounded = std::round(number * power) / power;
    if (static_cast<float>(rounded) == nearest) return rounded;
  }
  return number;
}

/// A line between two numbers, beyond which it goes on level: relu6 of a line, or relu where it has one end only.
std::optional<Recognised> recognised_clip(std::span<const double> values) {
  const auto lowest = static_cast<std::size_t>(std::ranges::min_element(probes()) - probes().begin());
  const auto highest = static_cast<std::size_t>(std::ranges::max_element(probes()) - probes().begin());
  const double first = values[lowest];
  const double last = values[highest];
  const double between = (first + last) / 2;
  std::size_t a = 4;  // where the steepest part is: the probes from the fifth on are evenly apart
  for (std::size_t i = 4; i + 1 < values.size(); ++i) {
    const bool nearer = std::abs(values[i] - between) + std::abs(values[i + 1] - between) <
                        std::abs(values[a] - between) + std::abs(values[a + 1] - between);
    if (values[i] != values[i + 1] && (values[a] == values[a + 1] || nearer)) a = i;
  }
  const double slope = tidy((values[a + 1] - values[a]) / (probes()[a + 1] - probes()[a]));
  const double shift = tidy(values[a] - slope * probes()[a]);
  if (slope == 0) return {};
  const double low = std::min(first, last);
  const double high = std::max(first, last);
  Recognised found;
  if (agrees(values, [&](double x) { return std::clamp(slope * x + shift, low, high); })) {
    const double by = 6 / (last - first);
    found.type = "relu6";
    found.before = {.scale = slope * by, .shift = (shift - first) * by};
    found.after = {.scale = 1 / by, .shift = first};
  }
  const auto from = [&](double x) { return std::max(slope * x + shift, low); };
  const auto to = [&](double x) { return std::min(slope * x + shift, high); };
  if (agrees(values, from)) found = {"relu", {}, {.scale = slope, .shift = shift - low}, {.scale = 1, .shift = low}};
  if (agrees(values, to)) found = {"relu", {}, {.scale = -slope, .shift = high - shift}, {.scale = -1, .shift = high}};
  return found.type.empty() ? std::nullopt : std::optional(found);
}

std::size_t probe_of(double x) { return static_cast<std::size_t>(std::ranges::find(probes(), x) - probes().begin()); }

}  // namespace

const std::vector<double>& probes() {
  static const std::vector<double> all = [] {
    std::vector<double> points = {-60, -30, 30, 60};
    for (int i = -16 * 12; i <= 16 * 12; ++i) points.push_back(i / 16.0);
    return points;
  }();
  return all;
}

std::optional<Recognised> recognised(std::span<const double> values) {
  for (const Known& known : functions) {
    if (agrees(values, known.value)) return Recognised{.type = known.type};
  }
  const double zero = values[probe_of(0)];
  const double one = values[probe_of(1)];
  const double minus_one = values[probe_of(-1)];
  const double scale = one - zero;
  if (agrees(values, [&](double x) { return scale * x + zero; })) {
    return Recognised{.type = "linear", .after = {.scale = scale, .shift = zero}};
  }
  const double slope = tidy(-minus_one);
  if (slope >= 1e-6 && slope <= 1 && agrees(values, [&](double x) { return x > 0 ? x : slope * x; })) {
    Recognised found{.type = "leaky_relu"};
    found.settings.set("slope", slope);
    return found;
  }
  const double alpha = tidy(-values[probe_of(-60)]);
  if (alpha >= 0 && agrees(values, [&](double x) { return x > 0 ? x : alpha * std::expm1(x); })) {
    Recognised found{.type = "elu"};
    found.settings.set("alpha", alpha);
    return found;
  }
  if (alpha > 0 && agrees(values, [&](double x) { return x > 0 ? x : alpha * std::expm1(x / alpha); })) {
    return Recognised{.type = "elu", .before = {.scale = 1 / alpha}, .after = {.scale = alpha}};  // celu
  }
  return recognised_clip(values);
}

}  // namespace convoy::formats::onnx
