// Nodes all of whose inputs are constants: shapes that an exporter computes, weights that it transposes.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "convoy/error.h"
#include "formats/onnx_graph.h"

namespace convoy::formats::onnx {
namespace {

/// How many numbers of these extents there are, taken off what folding may make.
std::size_t taken(const Call& call, const Extents& dims) {
  const std::size_t count = count_of(dims, call.state().foldable);
  call.state().foldable -= count;
  return count;
}

/// An empty constant of the same kind of numbers, with room for those of `dims`.
Constant like(const Call& call, const Constant& other, Extents dims) {
  Constant made{.dims = std::move(dims), .whole = other.whole};
  const std::size_t count = taken(call, made.dims);
  if (made.whole) made.integers.resize(count);
  if (!made.whole) made.floats.resize(count);
  return made;
}

void copy_number(Constant& to, std::size_t at, const Constant& from, std::size_t place) {
  if (to.whole) to.integers[at] = from.integers[place];
  if (!to.whole) to.floats[at] = from.floats[place];
}

/// Steps in an array from one number of each axis to the next.
Extents strides_of(const Extents& dims) {
  Extents strides(dims.size());
  std::int64_t stride = 1;
  for (std::size_t axis = dims.size(); axis-- > 0; stride *= dims[axis]) strides[axis] = stride;
  return strides;
}

/// Fills `to` with the numbers of `from` that lie `strides` apart from `first` on, axis by axis of `to`.
void copy_strided(Constant& to, const Constant& from, const Extents& strides, std::int64_t first) {
  Extents place(to.dims.size(), 0);
  std::int64_t at = first;
  for (std::size_t i = 0; i < to.size(); ++i) {
    copy_number(to, i, from, static_cast<std::size_t>(at));
    for (std::size_t axis = place.size(); axis-- > 0;) {
      at += strides[axis];
      if (++place[axis] < to.dims[axis]) break;
      at -= strides[axis] * to.dims[axis];
      place[axis] = 0;
    }
  }
}

void fold_constant(const Call& call) {
  Constant made;
  if (const Attribute* value = call.attribute("value"); value != nullptr && value->tensor) {
    made = constant_of(*value->tensor, call.state().path);
  } else if (const Attribute* one = call.attribute("value_float"); one != nullptr) {
    made.floats = {one->number.value_or(0)};
  } else if (const Attribute* whole = call.attribute("value_int"); whole != nullptr) {
    made = {.dims = {}, .whole = true, .floats = {}, .integers = {whole->integer.value_or(0)}};
  } else if (const Attribute* floats = call.attribute("value_floats"); floats != nullptr) {
    made = {.dims = {static_cast<std::int64_t>(floats->numbers.size())},
            .whole = false,
            .floats = floats->numbers,
            .integers = {}};
  } else if (const Attribute* all = call.attribute("value_ints"); all != nullptr) {
    made = {.dims = {static_cast<std::int64_t>(all->integers.size())},
            .whole = true,
            .floats = {},
            .integers = all->integers};
  } else {
    call.fail("has no numbers that convoy reads");
  }
  call.give(std::move(made));
}

void fold_filled(const Call& call) {
  Constant value{.dims = {1}, .whole = false, .floats = {0}, .integers = {}};
  if (const Attribute* given = call.attribute("value"); given != nullptr && given->tensor) {
    value = constant_of(*given->tensor, call.state().path);
  }
  if (value.size() != 1) call.fail("expected one number to fill with");
  Constant made = like(call, value, call.constant(0).integers);
  for (std::size_t i = 0; i < made.size(); ++i) copy_number(made, i, value, 0);
  call.give(std::move(made));
}

void fold_identity(const Call& call) { call.give(call.value(0)); }

void fold_cast(const Call& call) {
  const Constant& from = call.constant(0);
  const std::int64_t to = call.integer("to", 1);
  Constant made{.dims = from.dims, .whole = !(to == 1 || to == 10 || to == 11 || to == 16)};
  taken(call, made.dims);
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (!made.whole) made.floats.push_back(from.whole ? static_cast<float>(from.integers[i]) : from.floats[i]);
    if (!made.whole) continue;
    const double number = from.at(i);
    if (!from.whole && !(std::abs(number) < 9e18)) call.fail("makes no whole number of " + std::to_string(number));
    made.integers.push_back(from.whole ? from.integers[i] : static_cast<std::int64_t>(number));
    if (to == 9) made.integers.back() = number != 0 ? 1 : 0;
  }
  call.give(std::move(made));
}

void fold_shape(const Call& call) {
  const Extents& all = call.constant(0).dims;
  const auto rank = static_cast<std::int64_t>(all.size());
  const auto place = [&](std::int64_t given) {
    return std::clamp<std::int64_t>(given < 0 ? given + rank : given, 0, rank);
  };
  const std::int64_t start = place(call.integer("start", 0));
  const std::int64_t end = std::max(start, place(call.integer("end", rank)));
  call.give(Constant{
      .dims = {end - start}, .whole = true, .floats = {}, .integers = {all.begin() + start, all.begin() + end}});
}

void fold_gather(const Call& call) {
  const Constant& from = call.constant(0);
  const Constant& which = call.constant(1);
  if (!which.whole) call.fail("expected whole numbers as indices");
  if (from.dims.empty()) call.fail("gathers from one number");
  const auto axis = static_cast<std::size_t>(call.axis(call.integer("axis", 0), from.dims.size()));
  Extents dims(from.dims.begin(), from.dims.begin() + static_cast<std::ptrdiff_t>(axis));
  dims.insert(dims.end(), which.dims.begin(), which.dims.end());
  dims.insert(dims.end(), from.dims.begin() + static_cast<std::ptrdiff_t>(axis) + 1, from.dims.end());
  Constant made = like(call, from, dims);
  std::size_t inner = 1;
  for (std::size_t i = axis + 1; i < from.dims.size(); ++i) inner *= static_cast<std::size_t>(from.dims[i]);
  const std::int64_t extent = from.dims[axis];
  std::vector<std::size_t> chosen;
  for (const std::int64_t index : which.integers) {
    const std::int64_t place = index < 0 ? index + extent : index;
    if (place < 0 || place >= extent)
      call.fail("gathers number " + std::to_string(index) + " of " + std::to_string(extent));
    chosen.push_back(static_cast<std::size_t>(place));
  }
  for (std::size_t i = 0; i < made.size(); ++i) {
    const std::size_t index = chosen[i / inner % chosen.size()];
    const std::size_t outer = i / inner / chosen.size();
    copy_number(made, i, from, (outer * static_cast<std::size_t>(extent) + index) * inner + i % inner);
  }
  call.give(std::move(made));
}

void fold_concat(const Call& call) {
  const Constant& first = call.constant(0);
  if (first.dims.empty()) call.fail("joins single numbers");
  const auto axis = static_cast<std::size_t>(call.axis(call.integer("axis", 0), first.dims.size()));
  Extents dims = first.dims;
  dims[axis] = 0;
  for (std::size_t i = 0; i < call.inputs(); ++i) {
    const Constant& part = call.constant(i);
    bool fits = part.dims.size() == dims.size() && part.whole == first.whole;
    for (std::size_t k = 0; fits && k < dims.size(); ++k) fits = k == axis || part.dims[k] == dims[k];
    if (!fits) call.fail("joins constants that do not fit each other");
    dims[axis] += part.dims[axis];
  }
  Constant made = like(call, first, dims);
  std::size_t inner = 1;
  for (std::size_t i = axis + 1; i < dims.size(); ++i) inner *= static_cast<std::size_t>(dims[i]);
  const std::size_t row = inner * static_cast<std::size_t>(dims[axis]);
  std::size_t offset = 0;
  for (std::size_t i = 0; i < call.inputs(); ++i) {
    const Constant& part = call.constant(i);
    const std::size_t width = inner * static_cast<std::size_t>(part.dims[axis]);
    for (std::size_t k = 0; k < part.size(); ++k) copy_number(made, k / width * row + offset + k % width, part, k);
    offset += width;
  }
  call.give(std::move(made));
}

/// The same numbers with other extents.
void fold_as(const Call& call, const Extents& dims) {
  Constant made = call.constant(0);
  if (count_of(dims, made.size() + 1) != made.size())
    call.fail("expected extents that make " + std::to_string(made.size()));
  taken(call, dims);
  made.dims = dims;
  call.give(std::move(made));
}

void fold_reshape(const Call& call) {
  const Constant& from = call.constant(0);
  Extents dims = call.integers_of(1, "shape", {});
  std::int64_t known = 1;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && i < from.dims.size()) dims[i] = from.dims[i];
    if (dims[i] < -1 || (dims[i] > 0 && known > (std::int64_t{1} << 40) / dims[i]))
      call.fail("an extent makes no sense");
    if (dims[i] > 0) known *= dims[i];
  }
  if (std::ranges::count(dims, -1) == 1) std::ranges::replace(dims, -1, static_cast<std::int64_t>(from.size()) / known);
  fold_as(call, dims);
}

void fold_flatten(const Call& call) {
  const Extents& dims = call.constant(0).dims;
  const auto rank = static_cast<std::int64_t>(dims.size());
  const std::int64_t axis = call.integer("axis", 1);
  if (axis < -rank || axis > rank) call.fail("has an axis of " + std::to_string(axis));
  Extents two = {1, 1};
  for (std::int64_t i = 0; i < rank; ++i)
    two[i < (axis < 0 ? axis + rank : axis) ? 0 : 1] *= dims[static_cast<std::size_t>(i)];
  fold_as(call, two);
}

void fold_squeeze(const Call& call) {
  const Extents& all = call.constant(0).dims;
  const Extents given = call.integers_of(1, "axes", {});
  std::vector<bool> gone(all.size(), false);
  for (const std::int64_t axis : given) gone[static_cast<std::size_t>(call.axis(axis, all.size()))] = true;
  Extents dims;
  for (std::size_t axis = 0; axis < all.size(); ++axis) {
    if (given.empty() ? all[axis] != 1 : !gone[axis]) dims.push_back(all[axis]);
  }
  fold_as(call, dims);
}

void fold_unsqueeze(const Call& call) { fold_as(call, call.unsqueezed(call.constant(0).dims)); }

void fold_transpose(const Call& call) {
  const Constant& from = call.constant(0);
  Extents order(from.dims.size());
  std::iota(order.rbegin(), order.rend(), 0);
  order = call.integers("perm", order);
  if (order.size() != from.dims.size()) call.fail("expected an order of all axes");
  const Extents strides = strides_of(from.dims);
  Extents dims;
  Extents steps;
  std::vector<bool> seen(order.size(), false);
  for (const std::int64_t given : order) {
    const auto axis = static_cast<std::size_t>(call.axis(given, order.size()));
    if (seen[axis]) call.fail("names an axis twice");
    seen[axis] = true;
    dims.push_back(from.dims[axis]);
    steps.push_back(strides[axis]);
  }
  Constant made = like(call, from, dims);
  copy_strided(made, from, steps, 0);
  call.give(std::move(made));
}

void fold_slice(const Call& call) {
  const Constant& from = call.constant(0);
  const Extents starts = call.integers_of(1, "starts", {});
  const Extents stops = call.integers_of(2, "ends", {});
  Extents axes(starts.size());
  std::iota(axes.begin(), axes.end(), 0);
  axes = call.integers_of(3, "axes", axes);
  const Extents by = call.has(4) ? call.constant(4).integers : Extents(starts.size(), 1);
  if (stops.size() != starts.size() || axes.size() != starts.size() || by.size() != starts.size()) {
    call.fail("expected as many starts as ends, axes and steps");
  }
  Extents dims = from.dims;
  Extents strides = strides_of(from.dims);
  std::int64_t first = 0;
  std::vector<bool> seen(dims.size(), false);
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const auto axis = static_cast<std::size_t>(call.axis(axes[i], dims.size()));
    if (seen[axis]) call.fail("names an axis twice");
    seen[axis] = true;
    const std::int64_t extent = from.dims[axis];
    if (extent == 0) continue;
    const std::int64_t step = by[i];
    if (step == 0 || step < -(1 << 30) || step > 1 << 30) call.fail("has a step of " + std::to_string(step));
    const std::int64_t low = step > 0 ? 0 : -1;
    const std::int64_t high = step > 0 ? extent : extent - 1;
    const std::int64_t start =
        std::clamp(starts[i] < 0 ? starts[i] + extent : starts[i], std::max<std::int64_t>(low, 0), high);
    const std::int64_t stop = std::clamp(stops[i] < 0 ? stops[i] + extent : stops[i], low, high);
    dims[axis] = std::max<std::int64_t>(0, (stop - start + step - (step > 0 ? 1 : -1)) / step);
    first += dims[axis] > 0 ? start * strides[axis] : 0;
    strides[axis] *= step;
  }
  Constant made = like(call, from, dims);
  copy_strided(made, from, strides, first);
  call.give(std::move(made));
}

/// The extents of two constants aligned at their ends, where 1 goes with any.
Extents broadcast(const Call& call, const Extents& a, const Extents& b) {
  Extents dims(std::max(a.size(), b.size()));
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const std::int64_t one = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int64_t other = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (one != other && one != 1 && other != 1) call.fail("has constants that do not fit each other");
    dims[dims.size() - 1 - i] = one == 1 ? other : one;
  }
  return dims;
}

Constant spread(const Call& call, const Constant& from, const Extents& dims) {
  const Extents own = strides_of(from.dims);
  Extents strides(dims.size(), 0);
  for (std::size_t i = 0; i < from.dims.size(); ++i) {
    const std::size_t axis = from.dims.size() - 1 - i;
    if (from.dims[axis] != 1) strides[dims.size() - 1 - i] = own[axis];
  }
  Constant made = like(call, from, dims);
  copy_strided(made, from, strides, 0);
  return made;
}

void fold_expand(const Call& call) {
  const Constant& from = call.constant(0);
  call.give(spread(call, from, broadcast(call, from.dims, call.constant(1).integers)));
}

/// Whole numbers that do not overflow; else nothing is computed.
std::int64_t whole_result(const Call& call, std::string_view op, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  bool overflow = false;
  if (op == "Add") overflow = __builtin_add_overflow(a, b, &result);
  if (op == "Sub") overflow = __builtin_sub_overflow(a, b, &result);
  if (op == "Mul") overflow = __builtin_mul_overflow(a, b, &result);
  if (op == "Div") {
    overflow = b == 0 || (b == -1 && a == INT64_MIN);
    if (!overflow) result = a / b;
  }
  if (op == "Mod") {
    overflow = b == 0 || b == -1;
    if (!overflow) result = (a % b + b) % b;  // of the divisor's sign
  }
  if (op == "Max") result = std::max(a, b);
  if (op == "Min") result = std::min(a, b);
  if (op == "Equal") result = a == b ? 1 : 0;
  if (op == "Greater") result = a > b ? 1 : 0;
  if (op == "Less") result = a < b ? 1 : 0;
  if (overflow) call.fail("overflows with " + std::to_string(a) + " and " + std::to_string(b));
  return result;
}

float float_result(std::string_view op, float a, float b) {
  if (op == "Add") return a + b;
  if (op == "Sub") return a - b;
  if (op == "Mul") return a * b;
  if (op == "Div") return a / b;
  if (op == "Pow") return std::pow(a, b);
  if (op == "Max") return std::max(a, b);
  return std::min(a, b);
}

void fold_binary(const Call& call) {
  const Extents dims = broadcast(call, call.constant(0).dims, call.constant(1).dims);
  const Constant a = spread(call, call.constant(0), dims);
  const Constant b = spread(call, call.constant(1), dims);
  const std::string_view op = call.node().op;
  const bool compares = op == "Equal" || op == "Greater" || op == "Less";
  if (a.whole != b.whole || (compares && !a.whole) || (op == "Pow" && a.whole) || (op == "Mod" && !a.whole)) {
    call.fail("has constants of kinds that convoy does not compute with");
  }
  Constant made{.dims = dims, .whole = a.whole};
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (made.whole) made.integers.push_back(whole_result(call, op, a.integers[i], b.integers[i]));
    if (!made.whole) made.floats.push_back(float_result(op, a.floats[i], b.floats[i]));
  }
  call.give(std::move(made));
}

float float_of(std::string_view op, float x) {
  if (op == "Neg") return -x;
  if (op == "Sqrt") return std::sqrt(x);
  if (op == "Reciprocal") return 1 / x;
  if (op == "Exp") return std::exp(x);
  if (op == "Abs") return std::abs(x);
  if (op == "Floor") return std::floor(x);
  if (op == "Log") return std::log(x);
  if (op == "Relu") return std::max(x, 0.0F);
  return std::ceil(x);
}

void fold_unary(const Call& call) {
  Constant made = call.constant(0);
  taken(call, made.dims);
  const std::string_view op = call.node().op;
  if (made.whole && op != "Neg") call.fail("expected floating-point numbers");
  for (std::int64_t& number : made.integers) number = whole_result(call, "Sub", 0, number);
  for (float& number : made.floats) number = float_of(op, number);
  call.give(std::move(made));
}

void fold_where(const Call& call) {
  const Constant& which = call.constant(0);
  const Extents dims = broadcast(call, which.dims, broadcast(call, call.constant(1).dims, call.constant(2).dims));
  const Constant choose = spread(call, which, dims);
  Constant made = spread(call, call.constant(1), dims);
  const Constant other = spread(call, call.constant(2), dims);
  if (!choose.whole || made.whole != other.whole) call.fail("has constants of kinds that do not fit each other");
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (choose.integers[i] == 0) copy_number(made, i, other, i);
  }
  call.give(std::move(made));
}

void fold_product(const Call& call) {
  const Constant& from = call.constant(0);
  const bool keeps = call.integer("keepdims", 1) != 0;
  const Extents axes = call.integers_of(1, "axes", {});
  if (!from.whole || (!axes.empty() && from.dims.size() > 1)) call.fail("expected a list of whole numbers");
  std::int64_t product = 1;
  for (const std::int64_t number : from.integers) product = whole_result(call, "Mul", product, number);
  call.give(
      Constant{.dims = Extents(keeps ? from.dims.size() : 0, 1), .whole = true, .floats = {}, .integers = {product}});
}

/// For each axis whether a reduction goes over it: over all where it names none.
std::vector<bool> reduced_axes(const Call& call, std::size_t rank) {
  const Extents axes = call.integers_of(1, "axes", {});
  std::vector<bool> reduced(rank, axes.empty());
  for (const std::int64_t axis : axes) reduced[static_cast<std::size_t>(call.axis(axis, rank))] = true;
  return reduced;
}

/// The mean, the sum or the largest along some axes.
void fold_reduced(const Call& call) {
  const Constant& from = call.constant(0);
  if (from.whole || from.size() == 0) call.fail("expected floating-point numbers");
  const std::vector<bool> reduced = reduced_axes(call, from.dims.size());
  Extents dims = from.dims;
  Extents kept;
  for (std::size_t axis = 0; axis < dims.size(); ++axis) {
    if (reduced[axis]) dims[axis] = 1;
    if (!reduced[axis] || call.integer("keepdims", 1) != 0) kept.push_back(dims[axis]);
  }
  const std::string_view op = call.node().op;
  const std::size_t count = taken(call, dims);
  std::vector<double> results(count, op == "ReduceMax" ? -HUGE_VAL : 0);
  Extents strides = strides_of(dims);
  for (std::size_t axis = 0; axis < dims.size(); ++axis) strides[axis] *= reduced[axis] ? 0 : 1;
  Constant places{.dims = from.dims, .whole = true, .floats = {}, .integers = Extents(taken(call, from.dims))};
  Constant numbered{.dims = dims, .whole = true, .floats = {}, .integers = Extents(count)};
  std::iota(numbered.integers.begin(), numbered.integers.end(), 0);
  copy_strided(places, numbered, strides, 0);
  for (std::size_t i = 0; i < from.size(); ++i) {
    double& result = results[static_cast<std::size_t>(places.integers[i])];
    result = op == "ReduceMax" ? std::max(result, from.at(i)) : result + from.at(i);
  }
  const double divisor = op == "ReduceMean" ? static_cast<double>(from.size()) / static_cast<double>(count) : 1;
  Constant made{.dims = kept};
  for (const double result : results) made.floats.push_back(static_cast<float>(result / divisor));
  call.give(std::move(made));
}

/// With zeros around it.
void fold_padded(const Call& call) {
  const Constant& from = call.constant(0);
  const Extents pads = call.integers_of(1, "pads", {});
  const bool zeros = call.text("mode", "constant") == "constant" && !call.has(2) && call.number("value", 0) == 0;
  if (!zeros || call.has(3) || pads.size() != 2 * from.dims.size()) call.fail("expected a border of zeros");
  Extents dims = from.dims;
  for (std::size_t axis = 0; axis < dims.size(); ++axis) {
    const std::int64_t before = pads[axis];
    const std::int64_t after = pads[axis + dims.size()];
    if (before < 0 || after < 0 || before > 1 << 20 || after > 1 << 20) call.fail("expected a small border");
    dims[axis] += before + after;
  }
  Constant made = like(call, from, dims);
  const Extents strides = strides_of(dims);
  std::size_t first = 0;
  for (std::size_t axis = 0; axis < dims.size(); ++axis) first += static_cast<std::size_t>(pads[axis] * strides[axis]);
  Constant places{.dims = from.dims, .whole = true, .floats = {}, .integers = Extents(taken(call, from.dims))};
  Constant numbered{.dims = dims, .whole = true, .floats = {}, .integers = Extents(made.size())};
  std::iota(numbered.integers.begin(), numbered.integers.end(), 0);
  copy_strided(places, numbered, strides, static_cast<std::int64_t>(first));
  for (std::size_t i = 0; i < from.size(); ++i) {
    copy_number(made, static_cast<std::size_t>(places.integers[i]), from, i);
  }
  call.give(std::move(made));
}

/// The means of windows along the first axis behind the channels, as LRN is written.
void fold_pooled(const Call& call) {
  const Constant& from = call.constant(0);
  const Extents kernel = call.integers("kernel_shape", {});
  const auto all_are = [](const Extents& numbers, std::int64_t number) {
    return std::ranges::all_of(numbers, [&](std::int64_t one) { return one == number; });
  };
  const bool fits = !from.whole && from.dims.size() == kernel.size() + 2 && !kernel.empty() && kernel[0] > 0 &&
                    all_are({kernel.begin() + 1, kernel.end()}, 1) && kernel[0] <= from.dims[2] &&
                    all_are(call.integers("strides", {}), 1) && all_are(call.integers("pads", {}), 0);
  if (!fits) call.fail("expected windows along one axis");
  Extents dims = from.dims;
  dims[2] -= kernel[0] - 1;
  const Extents strides = strides_of(from.dims);
  Constant made = like(call, from, dims);
  Constant window = like(call, from, dims);
  for (std::int64_t i = 0; i < kernel[0]; ++i) {
    taken(call, dims);
    copy_strided(window, from, strides, i * strides[2]);
    for (std::size_t k = 0; k < made.size(); ++k) made.floats[k] += window.floats[k] / static_cast<float>(kernel[0]);
  }
  call.give(std::move(made));
}

void fold_range(const Call& call) {
  for (const std::size_t i : {0U, 1U, 2U}) {
    if (!call.constant(i).whole || call.constant(i).size() != 1) call.fail("expected three whole numbers");
  }
  const std::int64_t start = call.constant(0).integers[0];
  const std::int64_t limit = call.constant(1).integers[0];
  const std::int64_t step = call.constant(2).integers[0];
  if (step < 1 || limit < start || whole_result(call, "Sub", limit, start) > 1 << 20 || step > 1 << 20) {
    call.fail("expected at most a million numbers, upwards");
  }
  const std::int64_t count = (limit - start + step - 1) / step;
  taken(call, {count});
  Constant made{.dims = {count}, .whole = true};
  for (std::int64_t i = 0; i < count; ++i) made.integers.push_back(start + i * step);
  call.give(std::move(made));
}

void fold_branch(const Call& call) {
  run_branch(call, [](const Call& inner) {
    if (!fold(inner)) inner.fail("is not computed here");
  });
}

}  // namespace

bool fold(const Call& call) {
  static const std::map<std::string, Operator, std::less<>> operators = {
      {"Constant", fold_constant},   {"ConstantOfShape", fold_filled},
      {"Identity", fold_identity},   {"Dropout", fold_identity},
      {"Cast", fold_cast},           {"Shape", fold_shape},
      {"Gather", fold_gather},       {"Concat", fold_concat},
      {"Reshape", fold_reshape},     {"Flatten", fold_flatten},
      {"Squeeze", fold_squeeze},     {"Unsqueeze", fold_unsqueeze},
      {"Transpose", fold_transpose}, {"Slice", fold_slice},
      {"Expand", fold_expand},       {"Add", fold_binary},
      {"Sub", fold_binary},          {"Mul", fold_binary},
      {"Div", fold_binary},          {"Pow", fold_binary},
      {"Mod", fold_binary},          {"Max", fold_binary},
      {"Min", fold_binary},          {"Equal", fold_binary},
      {"Greater", fold_binary},      {"Less", fold_binary},
      {"Neg", fold_unary},           {"Sqrt", fold_unary},
      {"Reciprocal", fold_unary},    {"Exp", fold_unary},
      {"Abs", fold_unary},           {"Floor", fold_unary},
      {"Ceil", fold_unary},          {"Where", fold_where},
      {"ReduceProd", fold_product},  {"Range", fold_range},
      {"Log", fold_unary},           {"Relu", fold_unary},
      {"ReduceMean", fold_reduced},  {"ReduceSum", fold_reduced},
      {"ReduceMax", fold_reduced},   {"Pad", fold_padded},
      {"AveragePool", fold_pooled},  {"If", fold_branch},
  };
  const auto found = operators.find(call.node().op);
  if (found == operators.end()) return false;
  found->second(call);
  return true;
}

}  // namespace convoy::formats::onnx
