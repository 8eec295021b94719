// Operators that move no number, or change nothing in prediction: they become another view, or nothing at all.

#include <algorithm>
#include <numeric>

#include "formats/onnx_graph.h"

namespace convoy::formats::onnx {
namespace {

void identity(const Call& call) { call.give(call.data(0)); }

void dropout(const Call& call) {
  const GraphValue& x = call.data(0);
  double rate = call.number("ratio", 0.5);
  if (call.is_constant(1) && call.constant(1).size() == 1) rate = call.constant(1).at(0);
  LayerSpec spec = layer_of_type("dropout");
  spec.settings.set("rate", rate);
  call.give(call.layers().add(call.place(), std::move(spec), {x.expression}), x.view);
}

void cast(const Call& call) {
  const std::int64_t to = call.integer("to", 1);
  const bool floating = to == 1 || to == 10 || to == 11 || to == 16;
  if (!floating) call.fail("makes whole numbers of those that depend on the sample; convoy's are float32");
  call.give(call.data(0));
}

void transpose(const Call& call) {
  const GraphValue& x = call.data(0);
  const Extents order = call.integers("perm", {});  // by default the batch comes last
  if (static_cast<int>(order.size()) != x.view.rank() + 1 || order[0] != 0) {
    call.fail("expected an order of the axes that leaves the batch first");
  }
  std::vector<bool> seen(order.size(), false);
  std::vector<int> axes;
  for (std::size_t i = 1; i < order.size(); ++i) {
    const int axis = call.sample_axis(order[i], x.view);
    if (seen[static_cast<std::size_t>(axis)]) call.fail("names an axis twice");
    seen[static_cast<std::size_t>(axis)] = true;
    axes.push_back(axis);
  }
  call.give(x.expression, x.view.transposed(axes));
}

/// The same numbers with other extents, the batch's among them.
void give_reshaped(const Call& call, const Extents& all) {
  const GraphValue& x = call.data(0);
  const bool batch_first = !all.empty() && all[0] == 1;
  const Extents extents(all.begin() + (all.empty() ? 0 : 1), all.end());
  std::int64_t product = 1;
  for (const std::int64_t extent : extents) {
    if (extent < 1 || extent > 1 << 30 || product > (std::int64_t{1} << 40) / extent)
      call.fail("an extent makes no sense");
    product *= extent;
  }
  if (!batch_first || product != static_cast<std::int64_t>(x.expression->shape.size())) {
    call.fail("joins the batch axis with others; convoy's samples do not know of each other");
  }
  if (const auto view = x.view.reshaped(extents)) {
    call.give(x.expression, *view);
  } else {
    call.fail("expected extents that divide those of the input");
  }
}

/// The only node that takes the first output of one; null where there is none or another.
const StoredNode* only_user(const Call& call, const StoredNode& node) {
  const auto uses = call.state().uses.find(node.outputs[0]);
  if (uses == call.state().uses.end() || uses->second != 1) return nullptr;
  for (const StoredNode& other : call.state().file.nodes) {
    if (!other.inputs.empty() && other.inputs[0] == node.outputs[0] && !other.outputs.empty()) return &other;
  }
  return nullptr;
}

/// Whether all pixels become samples for a MatMul, and pixels again behind it, as TensorFlow's Dense is written.
bool is_of_pixels(const Call& call, const Extents& extents) {
  const Extents own = call.data(0).view.extents();
  if (own.size() != 3 || extents.size() != 2 || extents[1] != own[2] || call.node().outputs.empty()) return false;
  if (extents[0] != -1 && extents[0] != own[0] * own[1]) return false;
  const StoredNode* product = only_user(call, call.node());
  const StoredNode* back = product == nullptr ? nullptr : only_user(call, *product);
  return back != nullptr && product->op == "MatMul" && back->op == "Reshape";
}

void reshape(const Call& call) {
  const GraphValue& x = call.data(0);
  Extents extents = call.integers_of(1, "shape", {});
  if (is_of_pixels(call, extents)) {
    call.give(GraphValue(x));
    return;
  }
  const bool literal = call.integer("allowzero", 0) != 0;
  std::int64_t known = 1;
  int open = 0;
  for (std::size_t i = 0; i < extents.size(); ++i) {
    if (extents[i] == 0 && !literal && static_cast<int>(i) <= x.view.rank()) {
      extents[i] = i == 0 ? 1 : x.view.extent(static_cast<int>(i) - 1);
    }
    if (i == 0 && extents[i] == call.state().batch) extents[i] = 1;
    if (extents[i] == -1) {
      ++open;
    } else if (extents[i] < 1 || known > (std::int64_t{1} << 40) / extents[i]) {
      call.fail("has an extent of " + std::to_string(extents[i]));
    } else {
      known *= extents[i];
    }
  }
  const auto size = static_cast<std::int64_t>(x.expression->shape.size());
  if (open > 1 || (open == 1 && size % known != 0)) call.fail("expected extents that make " + std::to_string(size));
  if (open == 1) std::ranges::replace(extents, -1, size / known);
  give_reshaped(call, extents);
}

void flatten(const Call& call) {
  const GraphValue& x = call.data(0);
  const std::int64_t axis = call.integer("axis", 1);
  const auto rank = static_cast<std::int64_t>(x.view.rank()) + 1;
  if (axis != 1 && axis != 1 - rank) call.fail("expected axis 1: what comes before it is the batch");
  give_reshaped(call, {1, static_cast<std::int64_t>(x.expression->shape.size())});
}

/// All extents, the batch's first.
Extents extents_of(const View& view) {
  Extents all = view.extents();
  all.insert(all.begin(), 1);
  return all;
}

void squeeze(const Call& call) {
  const GraphValue& x = call.data(0);
  const Extents given = call.integers_of(1, "axes", {});
  const Extents all = extents_of(x.view);
  std::vector<bool> gone(all.size(), false);
  for (const std::int64_t axis : given) gone[static_cast<std::size_t>(call.sample_axis(axis, x.view)) + 1] = true;
  Extents extents;
  for (std::size_t axis = 0; axis < all.size(); ++axis) {
    if (given.empty()) gone[axis] = axis > 0 && all[axis] == 1;
    if (gone[axis] && all[axis] != 1) call.fail("an axis to be dropped has " + std::to_string(all[axis]) + " numbers");
    if (!gone[axis]) extents.push_back(all[axis]);
  }
  give_reshaped(call, extents);
}

void unsqueeze(const Call& call) { give_reshaped(call, call.unsqueezed(extents_of(call.data(0).view))); }

/// An axis behind height or width that becomes longer: each row or column is repeated.
void give_longer(const Call& call, const Extents& wanted) {
  const GraphValue& x = call.data(0);
  const Extents all = extents_of(x.view);
  std::size_t longer = 0;
  for (std::size_t axis = 1; axis < all.size(); ++axis) {
    if (wanted[axis] == 1 || wanted[axis] == all[axis]) continue;
    if (longer != 0 || all[axis] != 1 || wanted[axis] < 1 || wanted[axis] > 256)
      call.fail("repeats more than one axis");
    longer = axis;
  }
  if (longer == 0) {
    call.give(x);
    return;
  }
  Extents extents(all.begin() + 1, all.end());
  extents.erase(extents.begin() + static_cast<std::ptrdiff_t>(longer) - 1);
  const auto squeezed = x.view.reshaped(extents);
  for (const std::vector<int>& axes : {std::vector<int>{1, 2, 0}, std::vector<int>{0, 1, 2}}) {
    if (extents.size() != 3 || longer < 2) break;
    const GraphValue images{.constant = {}, .expression = x.expression, .view = *squeezed};
    const auto before = std::ranges::find(axes, static_cast<int>(longer) - 2) - axes.begin();  // of the array
    const ExpressionPtr array = arranged(call.layers(), images, axes);
    if (!array || before == 2) continue;
    const ExpressionPtr made =
        call.layers().repeated(call.place(), array, before == 0 ? wanted[longer] : 1, before == 1 ? wanted[longer] : 1);
    Extents split(all.begin() + 1, all.end());
    split[longer - 1] = wanted[longer];
    const auto view = View(made->shape).transposed_back(axes).reshaped(split);
    call.give(made, *view);
    return;
  }
  call.fail("convoy repeats the rows and columns of images only");
}

void expand(const Call& call) {
  Extents wanted = call.integers_of(1, "shape", {});
  const auto rank = static_cast<std::size_t>(call.data(0).view.rank()) + 1;
  if (wanted.size() > rank) call.fail("makes more axes");
  wanted.insert(wanted.begin(), rank - wanted.size(), 1);
  give_longer(call, wanted);
}

void tile(const Call& call) {
  const Extents all = extents_of(call.data(0).view);
  Extents wanted = call.integers_of(1, "repeats", {});
  if (wanted.size() != all.size() || wanted[0] != 1) call.fail("expected a number for each axis, and 1 for the batch");
  for (std::size_t axis = 1; axis < all.size(); ++axis) {
    if (wanted[axis] != 1 && all[axis] != 1) call.fail("convoy repeats each row and column, not all of them");
    wanted[axis] *= all[axis];
  }
  give_longer(call, wanted);
}

/// The extents as ONNX has them, of one sample.
void shape(const Call& call) {
  const Extents all = extents_of(call.data(0).view);
  const auto rank = static_cast<std::int64_t>(all.size());
  const auto place = [&](std::int64_t given) {
    return std::clamp<std::int64_t>(given < 0 ? given + rank : given, 0, rank);
  };
  const std::int64_t start = place(call.integer("start", 0));
  const std::int64_t end = std::max(start, place(call.integer("end", rank)));
  call.give(Constant{
      .dims = {end - start}, .whole = true, .floats = {}, .integers = {all.begin() + start, all.begin() + end}});
}

void concat(const Call& call) {
  if (call.inputs() == 1) {
    call.give(call.data(0));
    return;
  }
  const View first = call.data(0).view;
  const int axis = call.sample_axis(call.integer("axis", 1), first);
  std::vector<int> axes;  // with the channels, those to be joined, last
  for (int i = 0; i < first.rank(); ++i) {
    if (i != axis) axes.push_back(i);
  }
  axes.push_back(axis);
  std::vector<ExpressionPtr> arrays;
  for (std::size_t i = 0; i < call.inputs(); ++i) {
    const GraphValue& x = call.data(i);
    const bool fits = x.view.rank() == first.rank() && x.view.rank() <= 4;
    arrays.push_back(fits ? arranged(call.layers(), x, axes) : nullptr);
    if (!arrays.back()) {
      call.fail("convoy's concat is over the channels; input number " + std::to_string(i + 1) +
                " has its numbers in another order");
    }
  }
  ExpressionPtr made = call.layers().add(call.place(), layer_of_type("concat"), arrays);
  const View view = View(made->shape).transposed_back(axes);
  call.give(std::move(made), view);
}

}  // namespace

const std::map<std::string, Operator, std::less<>>& view_operators() {
  static const std::map<std::string, Operator, std::less<>> operators = {
      {"Identity", identity}, {"Dropout", dropout}, {"Cast", cast},       {"Transpose", transpose},
      {"Reshape", reshape},   {"Flatten", flatten}, {"Squeeze", squeeze}, {"Unsqueeze", unsqueeze},
      {"Shape", shape},       {"Concat", concat},   {"Expand", expand},   {"Tile", tile},
  };
  return operators;
}

}  // namespace convoy::formats::onnx
