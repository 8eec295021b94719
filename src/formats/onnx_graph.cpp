#include "formats/onnx_graph.h"

#include <numeric>
#include <stdexcept>

#include "convoy/error.h"
#include "convoy/foreign_text.h"

namespace convoy::formats::onnx {
double decimal(float number) {
  for (int digits = 1; digits < 9; ++digits) {
    char text[32];
    std::snprintf(text, sizeof text, "%.*g", digits, static_cast<double>(number));
    if (std::strtof(text, nullptr) == number) return std::strtod(text, nullptr);
  }
  return static_cast<double>(number);
}

std::string Call::name() const {
  if (!node_.name.empty()) return std::string(node_.name);
  return node_.outputs.empty() ? "" : std::string(node_.outputs[0]);
}

void Call::fail(const std::string& what) const {
  throw std::runtime_error("node \"" + shown(name()) + "\" (" + shown(std::string(node_.op)) + "): " + what);
}

const GraphValue& Call::value(std::size_t input) const {
  if (!has(input)) fail("has no input number " + std::to_string(input + 1));
  const auto found = state_.values.find(node_.inputs[input]);
  if (found != state_.values.end()) return found->second;
  fail("takes \"" + shown(std::string(node_.inputs[input])) + "\", which nothing before it makes");
}

const GraphValue& Call::data(std::size_t input) const {
  const GraphValue& found = value(input);
  if (found.expression) return found;
  fail("expected input number " + std::to_string(input + 1) + " to depend on the sample, got a constant");
}

const Constant& Call::constant(std::size_t input) const {
  const GraphValue& found = value(input);
  if (found.constant) return *found.constant;
  fail("expected input number " + std::to_string(input + 1) + " (\"" + shown(std::string(node_.inputs[input])) +
       "\") to be a constant, got numbers that depend on the sample");
}

bool Call::alone(std::size_t input) const {
  const auto found = state_.uses.find(node_.inputs[input]);
  return found != state_.uses.end() && found->second == 1;
}

const Attribute* Call::attribute(const std::string& name) const {
  for (const Attribute& attribute : node_.attributes) {
    if (attribute.name == name) return &attribute;
  }
  return nullptr;
}

std::int64_t Call::integer(const std::string& name, std::int64_t otherwise) const {
  const Attribute* found = attribute(name);
  return found == nullptr ? otherwise : found->integer.value_or(0);  // protocol buffers may leave out a 0
}

double Call::number(const std::string& name, double otherwise) const {
  const Attribute* found = attribute(name);
  return found == nullptr ? otherwise : decimal(found->number.value_or(0));
}

std::string Call::text(const std::string& name, const std::string& otherwise) const {
  const Attribute* found = attribute(name);
  return found == nullptr ? otherwise : std::string(found->text);
}

Extents Call::integers(const std::string& name, const Extents& otherwise) const {
  const Attribute* found = attribute(name);
  return found == nullptr ? otherwise : found->integers;
}

Extents Call::integers_of(std::size_t input, const std::string& name, const Extents& otherwise) const {
  if (!has(input)) return integers(name, otherwise);
  const Constant& given = constant(input);
  if (given.whole) return given.integers;
  fail("expected whole numbers as input number " + std::to_string(input + 1));
}

int Call::axis(std::int64_t given, std::size_t rank) const {
  const auto count = static_cast<std::int64_t>(rank);
  if (given < -count || given >= count) {
    fail("has an axis of " + std::to_string(given) + " for " + std::to_string(rank) + " axes");
  }
  return static_cast<int>(given < 0 ? given + count : given);
}

int Call::sample_axis(std::int64_t given, const View& view) const {
  const int found = axis(given, static_cast<std::size_t>(view.rank()) + 1);
  if (found == 0) fail("works on the batch axis; convoy's samples do not know of each other");
  return found - 1;
}

void Call::give(const GraphValue& value) const {
  if (!node_.outputs.empty()) state_.values.insert_or_assign(std::string(node_.outputs[0]), value);
}

void Call::give(ExpressionPtr expression, View view) const {
  give(GraphValue{.expression = std::move(expression), .view = std::move(view)});
}

void Call::give(Constant constant) const {
  give(GraphValue{.constant = std::make_shared<const Constant>(std::move(constant))});
}

void run_branch(const Call& call, const std::function<void(const Call&)>& run_node) {
  const Constant& condition = call.constant(0);
  if (condition.size() != 1) call.fail("expected one condition");
  const Attribute* branch = call.attribute(condition.at(0) != 0 ? "then_branch" : "else_branch");
  if (branch == nullptr || !branch->graph || branch->graph->outputs.size() != 1)
    call.fail("has no branch of one output");
  GraphState& state = call.state();
  for (const StoredTensor& tensor : branch->graph->initializers) {
    state.values[std::string(tensor.name)].constant = std::make_shared<const Constant>(constant_of(tensor, state.path));
  }
  for (const StoredNode& node : branch->graph->nodes) run_node(Call(state, node));
  const auto found = state.values.find(branch->graph->outputs[0].name);
  if (found == state.values.end()) call.fail("has a branch that gives nothing");
  call.give(GraphValue(found->second));
}

ExpressionPtr arranged(Layers& layers, const GraphValue& value, const std::vector<int>& axes) {
  const View view = value.view.transposed(axes);
  if (!view.in_order()) return nullptr;
  const Extents extents = view.extents();
  return layers.reshaped(value.expression, Shape(extents.begin(), extents.end()));
}

Extents Call::unsqueezed(const Extents& all) const {
  const Extents given = integers_of(1, "axes", {});
  std::vector<bool> added(all.size() + given.size(), false);
  for (const std::int64_t place : given) added[static_cast<std::size_t>(axis(place, added.size()))] = true;
  Extents extents;
  std::size_t next = 0;
  for (const bool one : added) {
    if (!one && next == all.size()) fail("names an axis twice");
    extents.push_back(one ? 1 : all[next]);
    if (!one) ++next;
  }
  return extents;
}

ExpressionPtr Call::image(std::size_t input) const {
  const GraphValue& value = data(input);
  if (value.view.rank() != 3) {
    fail("expected images, batch x channels x height x width, got " + std::to_string(value.view.rank() + 1) + " axes");
  }
  if (ExpressionPtr found = arranged(state_.layers, value, {1, 2, 0})) return found;
  const View view = value.view.transposed({1, 2, 0});
  if (ExpressionPtr made = state_.layers.reordered(value.expression, view.places())) {
    const Extents extents = view.extents();
    const Shape shape(extents.begin(), extents.end());
    made = state_.layers.reshaped(made, shape);
    state_.values[std::string(node_.inputs[input])] = {
        .constant = {}, .expression = made, .view = View::channels_first(shape)};
    return made;
  }
  fail("takes images whose numbers convoy has in another order, and it has no layer that transposes");
}

ExpressionPtr Call::vector(std::size_t input, std::vector<std::size_t>& places) const {
  const GraphValue& value = data(input);
  if (value.view.rank() != 1) {
    fail("expected batch x features, got " + std::to_string(value.view.rank() + 1) + " axes");
  }
  places.clear();
  if (!value.view.in_order()) places = value.view.places();
  return state_.layers.reshaped(value.expression, Shape{static_cast<int>(value.expression->shape.size())});
}

}  // namespace convoy::formats::onnx
