// Operators that work number by number: activation functions, and arithmetic with constants and of two layers.

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "formats/onnx_graph.h"

namespace convoy::formats::onnx {
namespace {

using Numbers = std::vector<double>;
using Unary = std::function<double(double)>;

void give_unary(const Call& call, Unary function) {
  const GraphValue& x = call.data(0);
  call.give(call.layers().function(call.place(), {x.expression},
                                   [function = std::move(function)](const Numbers& in) { return function(in[0]); }),
            x.view);
}

template <double (*function)(double)>
void unary(const Call& call) {
  give_unary(call, function);
}

double relu(double x) { return std::max(x, 0.0); }
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double softsign(double x) { return x / (1 + std::abs(x)); }
double hard_swish(double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }
double mish(double x) { return x * std::tanh(softplus(x)); }
double not_so(double x) { return x != 0 ? 0 : 1; }
double negative(double x) { return -x; }
double inverse(double x) { return 1 / x; }
double hyperbolic_tangent(double x) { return std::tanh(x); }
double error_function(double x) { return std::erf(x); }
double exponential(double x) { return std::exp(x); }
double logarithm(double x) { return std::log(x); }
double root(double x) { return std::sqrt(x); }
double magnitude(double x) { return std::abs(x); }

void leaky_relu(const Call& call) {
  const double slope = call.number("alpha", 0.01);
  give_unary(call, [slope](double x) { return x >= 0 ? x : slope * x; });
}

void elu(const Call& call) {
  const double alpha = call.number("alpha", 1);
  give_unary(call, [alpha](double x) { return x >= 0 ? x : alpha * std::expm1(x); });
}

void celu(const Call& call) {
  const double alpha = call.number("alpha", 1);
  give_unary(call, [alpha](double x) { return std::max(x, 0.0) + std::min(0.0, alpha * std::expm1(x / alpha)); });
}

void selu(const Call& call) {
  const double alpha = call.number("alpha", 1.6732632423543772);
  const double gamma = call.number("gamma", 1.0507009873554805);
  give_unary(call, [=](double x) { return gamma * (x > 0 ? x : alpha * std::expm1(x)); });
}

void hard_sigmoid(const Call& call) {
  const double alpha = call.number("alpha", 0.2);
  const double beta = call.number("beta", 0.5);
  give_unary(call, [=](double x) { return std::clamp(alpha * x + beta, 0.0, 1.0); });
}

void gelu(const Call& call) {
  if (call.text("approximate", "none") == "none") {
    give_unary(call, [](double x) { return 0.5 * x * std::erfc(-x / std::numbers::sqrt2); });
  } else {
    give_unary(call, [](double x) {
      return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
    });
  }
}

void swish(const Call& call) {
  const double alpha = call.number("alpha", 1);
  give_unary(call, [alpha](double x) { return x * sigmoid(alpha * x); });
}

void thresholded_relu(const Call& call) {
  const double alpha = call.number("alpha", 1);
  give_unary(call, [alpha](double x) { return x > alpha ? x : 0; });
}

/// The one number of an input or attribute of Clip.
double bound(const Call& call, std::size_t input, const std::string& name, double otherwise) {
  if (!call.has(input)) return call.number(name, otherwise);
  const Constant& given = call.constant(input);
  if (given.size() != 1) call.fail("expected one number as " + name);
  return given.at(0);
}

void clip(const Call& call) {
  const double low = bound(call, 1, "min", -HUGE_VAL);
  const double high = bound(call, 2, "max", HUGE_VAL);
  give_unary(call, [=](double x) { return std::min(std::max(x, low), high); });
}

/// Whether an axis of a view is the array's last one, whose numbers convoy's layers by channel go through.
bool is_channels(const GraphValue& x, int axis) {
  const Shape& array = x.expression->shape;
  return x.view.extent(axis) == array.last() && x.view.runs_along(axis, 1);
}

/// The numbers of a constant of which each goes with one channel, in convoy's order; empty where it is no such. `x`
/// becomes the array that has those channels.
std::vector<double> by_channel(const Call& call, const Constant& constant, GraphValue& x) {
  const int rank = x.view.rank();
  int of_channels = -1;
  const auto dims = static_cast<int>(constant.dims.size());
  for (int i = 0; i < dims; ++i) {
    if (constant.dims[static_cast<std::size_t>(i)] == 1) continue;
    of_channels = rank - dims + i;  // aligned at the end, the batch being axis -1; of several no one has all numbers
  }
  if (of_channels < 0 || x.view.extent(of_channels) != static_cast<std::int64_t>(constant.size())) return {};
  std::vector<double> values(constant.size());
  if (is_channels(x, of_channels)) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = constant.at(i);
    return values;
  }
  if (rank != 1) return {};
  const std::vector<std::size_t> places = x.view.places();
  for (std::size_t i = 0; i < values.size(); ++i) values[places[i]] = constant.at(i);
  x.expression = call.layers().reshaped(x.expression, Shape{static_cast<int>(values.size())});
  return values;
}

/// The numbers of a constant that is the same for each sample, one for each number of the array; empty where it is no
/// such.
std::vector<double> by_number(const Call& call, const Constant& constant, const GraphValue& x) {
  const Extents all = x.view.extents();
  const std::size_t size = x.expression->shape.size();
  if (size > call.state().foldable) return {};
  if (constant.dims.size() > all.size() && constant.dims[0] != 1) return {};
  call.state().foldable -= size;
  const std::vector<std::size_t> places = x.view.places();
  std::vector<double> values(size);
  for (std::size_t i = 0; i < size; ++i) {
    auto rest = static_cast<std::int64_t>(i);
    std::int64_t at = 0;
    std::int64_t stride = 1;
    for (std::size_t k = 0; k < all.size(); ++k) {  // from the last axis on
      const std::int64_t extent = all[all.size() - 1 - k];
      const std::int64_t own = k < constant.dims.size() ? constant.dims[constant.dims.size() - 1 - k] : 1;
      if (own != 1 && own != extent) return {};
      at += own == 1 ? 0 : rest % extent * stride;
      stride *= own;
      rest /= extent;
    }
    values[places[i]] = constant.at(static_cast<std::size_t>(at));
  }
  return values;
}

enum class Sign { add, subtract, multiply, divide };

/// x op constant as gamma * x + beta; where `swapped`, constant op x.
bool as_map(Sign sign, bool swapped, const std::vector<double>& c, Numbers& gamma, Numbers& beta) {
  gamma.assign(c.size(), 1);
  beta.assign(c.size(), 0);
  if (sign == Sign::divide && swapped) return false;
  for (std::size_t i = 0; i < c.size(); ++i) {
    switch (sign) {
      case Sign::add: beta[i] = c[i]; break;
      case Sign::subtract:
        beta[i] = swapped ? c[i] : -c[i];
        gamma[i] = swapped ? -1 : 1;
        break;
      case Sign::multiply: gamma[i] = c[i]; break;
      case Sign::divide: gamma[i] = 1 / c[i]; break;
    }
  }
  return true;
}

double calculated(Sign sign, double a, double b) {
  switch (sign) {
    case Sign::add: return a + b;
    case Sign::subtract: return a - b;
    case Sign::multiply: return a * b;
    default: return a / b;
  }
}

/// Whether the expression is a layer that gamma and beta may still become a part of.
bool still_open(const GraphValue& x, bool alone) {
  return alone && x.expression->kind == Expression::Kind::pending && !x.expression->output;
}

/// With a constant: by channel, or the same number everywhere.
void with_constant(const Call& call, Sign sign, std::size_t data, const Constant& constant) {
  GraphValue x = call.data(data);
  const bool swapped = data == 1;
  const bool alone = call.alone(data);
  if (static_cast<int>(constant.dims.size()) > x.view.rank() + 1)
    call.fail("the constant has more axes than the other");
  std::vector<double> numbers;
  Constant aligned;
  if (call.opset() < 7 && call.attribute("axis") != nullptr) {  // it goes with the axes from that one on
    const auto rank = static_cast<std::size_t>(x.view.rank()) + 1;
    aligned = constant;
    const auto first = static_cast<std::size_t>(call.axis(call.integer("axis", 0), rank));
    while (aligned.dims.size() + first < rank) aligned.dims.push_back(1);
  }
  const Constant& shaped = aligned.dims.empty() ? constant : aligned;
  if (constant.size() == 1 && !still_open(x, alone)) {
    const double c = constant.at(0);
    call.give(call.layers().function(
                  call.place(), {x.expression},
                  [=](const Numbers& in) { return swapped ? calculated(sign, c, in[0]) : calculated(sign, in[0], c); }),
              x.view);
    return;
  }
  if (constant.size() == 1) {
    numbers.assign(static_cast<std::size_t>(x.expression->shape.last()), constant.at(0));
  } else {
    numbers = by_channel(call, shaped, x);
  }
  const Shape shape = x.expression->shape;
  if (numbers.empty()) {  // as of a feature vector
    numbers = by_number(call, shaped, x);
    x.expression = call.layers().reshaped(x.expression, Shape{static_cast<int>(shape.size())});
  }
  Numbers gamma;
  Numbers beta;
  if (numbers.empty() || !as_map(sign, swapped, numbers, gamma, beta)) {
    call.fail("expected a constant of one number, of one for each channel, or of one for each number of a sample");
  }
  const ExpressionPtr made = call.layers().scaled(call.place(), x.expression, gamma, beta, alone);
  call.give(made->shape.rank() == shape.rank() ? made : call.layers().reshaped(made, shape), x.view);
}

/// Two values of the same view and array, arranged so where they are not yet; false where they cannot be.
bool bring_together(const Call& call, GraphValue& a, GraphValue& b, bool gates) {
  if (a.expression->shape == b.expression->shape && a.view == b.view) return true;
  if (a.view.rank() != b.view.rank()) return false;
  const std::vector<std::vector<int>> orders =
      a.view.rank() == 3 ? std::vector<std::vector<int>>{{1, 2, 0}, {0, 1, 2}} : std::vector<std::vector<int>>{{}};
  for (std::vector<int> order : orders) {
    if (order.empty()) {
      order.resize(static_cast<std::size_t>(a.view.rank()));
      std::iota(order.begin(), order.end(), 0);
    }
    if (!a.view.transposed(order).in_order() || !b.view.transposed(order).in_order()) continue;
    const Extents of_a = a.view.transposed(order).extents();
    const Extents of_b = b.view.transposed(order).extents();
    const auto gate = [](const Extents& one, const Extents& all) {
      return one.size() == 3 && one[0] == 1 && one[1] == 1 && one[2] == all[2];
    };
    if (of_a != of_b && !(gates && (gate(of_a, of_b) || gate(of_b, of_a)))) return false;
    const bool same = of_a == of_b;  // else one is a gate, of whatever shape
    if (same || !gate(of_a, of_b) || a.expression->shape.rank() != 1) a.expression = arranged(call.layers(), a, order);
    if (same || !gate(of_b, of_a) || b.expression->shape.rank() != 1) b.expression = arranged(call.layers(), b, order);
    return true;
  }
  return false;
}

std::string layer_of(Sign sign) {
  switch (sign) {
    case Sign::add: return "add";
    case Sign::subtract: return "subtract";
    case Sign::multiply: return "multiply";
    default: return "";
  }
}

/// The larger of two: a gate goes with each pixel of the other.
const View& wider(const GraphValue& a, const GraphValue& b) {
  return a.expression->shape.size() >= b.expression->shape.size() ? a.view : b.view;
}

void of_two(const Call& call, Sign sign) {
  GraphValue a = call.data(0);
  GraphValue b = call.data(1);
  if (!bring_together(call, a, b, sign == Sign::multiply)) {
    call.fail("expected two inputs of one shape" +
              std::string(sign == Sign::multiply ? ", or one number a channel for one of them" : ""));
  }
  if (a.expression->shape == b.expression->shape) {
    call.give(call.layers().function(
                  call.place(), {a.expression, b.expression},
                  [sign](const Numbers& in) { return calculated(sign, in[0], in[1]); }, layer_of(sign)),
              a.view);
    return;
  }
  call.give(call.layers().add(call.place(), layer_of_type(layer_of(sign)), {a.expression, b.expression}), wider(a, b));
}

template <Sign sign>
void arithmetic(const Call& call) {
  if (call.is_constant(0)) {
    with_constant(call, sign, 1, call.constant(0));
  } else if (call.is_constant(1)) {
    with_constant(call, sign, 0, call.constant(1));
  } else {
    of_two(call, sign);
  }
}

void greater(const Call& call) {
  const Constant& number = call.constant(1);
  if (number.size() != 1) call.fail("expected one number to compare with");
  const GraphValue& x = call.data(0);
  const double least = number.at(0);
  const ExpressionPtr made = call.layers().function(call.place(), {x.expression},
                                                    [least](const Numbers& in) { return in[0] > least ? 1.0 : 0.0; });
  made->threshold = least;
  call.give(made, x.view);
}

void less(const Call& call) {
  const Constant& number = call.constant(1);
  if (number.size() != 1) call.fail("expected one number to compare with");
  const double most = number.at(0);
  give_unary(call, [most](double x) { return x < most ? 1.0 : 0.0; });
}

/// Of two, by whether the first input is 0; constants of one number may be among them.
void where(const Call& call) {
  const GraphValue& which = call.data(0);
  std::vector<ExpressionPtr> inputs = {which.expression};
  std::array<double, 2> numbers = {0, 0};
  std::array<std::size_t, 2> places = {0, 0};  // 0 for a constant
  for (const std::size_t i : {0U, 1U}) {
    if (call.is_constant(i + 1)) {
      if (call.constant(i + 1).size() != 1) call.fail("expected a constant of one number");
      numbers[i] = call.constant(i + 1).at(0);
      continue;
    }
    const GraphValue& one = call.data(i + 1);
    if (one.view != which.view || one.expression->shape != which.expression->shape) {
      call.fail("expected inputs of one shape");
    }
    places[i] = inputs.size();
    inputs.push_back(one.expression);
  }
  const View view = which.view;
  call.give(call.layers().function(call.place(), inputs,
                                   [numbers, places](const Numbers& in) {
                                     const std::size_t i = in[0] != 0 ? 0 : 1;
                                     return places[i] == 0 ? numbers[i] : in[places[i]];
                                   }),
            view);
}

void power(const Call& call) {
  const Constant& exponent = call.constant(1);
  if (exponent.size() != 1) call.fail("expected one exponent");
  const double by = exponent.at(0);
  give_unary(call, [by](double x) { return std::pow(x, by); });
}

double summed(const Numbers& in) { return std::accumulate(in.begin(), in.end(), 0.0); }
double averaged(const Numbers& in) { return summed(in) / static_cast<double>(in.size()); }
double largest(const Numbers& in) { return *std::ranges::max_element(in); }
double smallest(const Numbers& in) { return *std::ranges::min_element(in); }

/// Operators of any number of inputs; a constant of one number may be among two.
void of_several(const Call& call, double (*function)(const Numbers&), const std::string& layer) {
  if (call.inputs() == 1) {
    call.give(call.data(0));
    return;
  }
  for (const std::size_t i : {0U, 1U}) {
    if (call.inputs() != 2 || !call.is_constant(i)) continue;
    if (call.constant(i).size() != 1) call.fail("expected a constant of one number");
    const double c = call.constant(i).at(0);
    const GraphValue& x = call.data(1 - i);
    call.give(call.layers().function(call.place(), {x.expression},
                                     [=](const Numbers& in) {
                                       return function({in[0], c});
                                     }),
              x.view);
    return;
  }
  std::vector<ExpressionPtr> all;
  GraphValue first = call.data(0);
  for (std::size_t i = 1; i < call.inputs(); ++i) {
    GraphValue other = call.data(i);
    if (!bring_together(call, first, other, false)) call.fail("expected inputs of one shape");
    all.push_back(other.expression);
  }
  all.insert(all.begin(), first.expression);
  for (const ExpressionPtr& one : all) {
    if (one->shape != first.expression->shape) call.fail("expected inputs whose numbers are in one order");
  }
  if (layer.empty()) call.fail("convoy has no layer for this operator here");
  call.give(call.layers().function(call.place(), all, function, layer), first.view);
}

void sum(const Call& call) { of_several(call, summed, "add"); }
void mean(const Call& call) { of_several(call, averaged, "average"); }
void maximum(const Call& call) { of_several(call, largest, "maximum"); }
void minimum(const Call& call) {
  if (call.inputs() == 2 && (call.is_constant(0) || call.is_constant(1))) {
    of_several(call, smallest, "");
  } else {
    call.fail("convoy has no layer for this operator; it has maximum");
  }
}

void prelu(const Call& call) {
  GraphValue x = call.data(0);
  Constant slopes = call.constant(1);
  if (call.opset() < 7 && slopes.dims.size() == 1 && x.view.rank() == 3) slopes.dims = {slopes.dims[0], 1, 1};
  LayerSpec spec = layer_of_type("prelu");
  if (slopes.size() == 1) {
    spec.settings.set("slopes", std::string("one"));
    call.give(call.layers().add(call.place(), spec, {x.expression}, {{"alpha", slopes.as_floats()}}), x.view);
    return;
  }
  std::vector<double> numbers = by_channel(call, slopes, x);
  if (!numbers.empty()) {
    spec.settings.set("slopes", std::string("channel"));
  } else if (slopes.size() == x.expression->shape.size() && static_cast<int>(slopes.dims.size()) <= x.view.rank() + 1) {
    spec.settings.set("slopes", std::string("each"));
    const std::vector<std::size_t> places = x.view.places();
    numbers.resize(places.size());
    for (std::size_t i = 0; i < places.size(); ++i) numbers[places[i]] = slopes.at(i);
  } else {
    call.fail("expected one slope, one a channel, or one for each number");
  }
  std::vector<float> alpha(numbers.begin(), numbers.end());
  call.give(call.layers().add(call.place(), spec, {x.expression}, {{"alpha", alpha}}), x.view);
}

}  // namespace

const std::map<std::string, Operator, std::less<>>& arithmetic_operators() {
  static const std::map<std::string, Operator, std::less<>> operators = {
      {"Relu", unary<relu>},
      {"LeakyRelu", leaky_relu},
      {"Elu", elu},
      {"Celu", celu},
      {"Selu", selu},
      {"Sigmoid", unary<sigmoid>},
      {"HardSigmoid", hard_sigmoid},
      {"Tanh", unary<hyperbolic_tangent>},
      {"Softplus", unary<softplus>},
      {"Softsign", unary<softsign>},
      {"Erf", unary<error_function>},
      {"Exp", unary<exponential>},
      {"Log", unary<logarithm>},
      {"Sqrt", unary<root>},
      {"Abs", unary<magnitude>},
      {"Neg", unary<negative>},
      {"Not", unary<not_so>},
      {"Reciprocal", unary<inverse>},
      {"HardSwish", unary<hard_swish>},
      {"Mish", unary<mish>},
      {"Gelu", gelu},
      {"Swish", swish},
      {"ThresholdedRelu", thresholded_relu},
      {"Clip", clip},
      {"Add", arithmetic<Sign::add>},
      {"Sub", arithmetic<Sign::subtract>},
      {"Mul", arithmetic<Sign::multiply>},
      {"Div", arithmetic<Sign::divide>},
      {"Greater", greater},
      {"Less", less},
      {"Where", where},
      {"Pow", power},
      {"Sum", sum},
      {"Mean", mean},
      {"Max", maximum},
      {"Min", minimum},
      {"PRelu", prelu},
  };
  return operators;
}

}  // namespace convoy::formats::onnx
