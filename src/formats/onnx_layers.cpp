#include "formats/onnx_layers.h"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "formats/onnx_function.h"
#include "graph/network.h"
#include "layers/layer_name.h"
#include "layers/registry.h"

namespace convoy::formats::onnx {
namespace {

constexpr std::ptrdiff_t largest_expression = 24;
constexpr std::size_t longest_name = 60;

std::string text(const Place& place) { return "node \"" + shown(place.node) + "\" (" + shown(place.op) + ")"; }

/// "features.0" of "/features/features.0/Conv": the parts of an exporter's path, but for those that the next one
/// repeats and the operator at the end.
std::string short_path(const std::string& node, const std::string& op) {
  std::vector<std::string> parts;
  std::string rest = node;
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    const std::string part = rest.substr(0, slash);
    rest = slash == std::string::npos ? "" : rest.substr(slash + 1);
    if (part.empty()) continue;
    if (!parts.empty() && part.starts_with(parts.back() + ".")) parts.pop_back();
    parts.push_back(part);
  }
  if (parts.size() > 1 && parts.back().starts_with(op)) parts.pop_back();
  std::string path;
  for (const std::string& part : parts) path += (path.empty() ? "" : "_") + part;
  return path;
}

/// The values of an expression at the probes as a function of one of its parts; nothing where it depends on others.
class Evaluation {
 public:
  explicit Evaluation(const Expression* variable) : variable_(variable) {}

  const std::vector<double>* of(const Expression* expression) {
    const auto found = values_.find(expression);
    if (found != values_.end()) return found->second.empty() ? nullptr : &found->second;
    std::vector<double>& values = values_[expression];
    values = computed(*expression);
    return values.empty() ? nullptr : &values;
  }

 private:
  std::vector<double> computed(const Expression& expression) {
    if (&expression == variable_) return probes();
    if (expression.kind != Expression::Kind::function || expression.output) return {};
    std::vector<const std::vector<double>*> inputs;
    for (const ExpressionPtr& input : expression.inputs) {
      inputs.push_back(of(input.get()));
      if (inputs.back() == nullptr) return {};
    }
    std::vector<double> values(probes().size());
    std::vector<double> numbers(inputs.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      for (std::size_t j = 0; j < inputs.size(); ++j) numbers[j] = (*inputs[j])[i];
      values[i] = expression.function(numbers);
    }
    return values;
  }

  const Expression* variable_;
  std::map<const Expression*, std::vector<double>> values_;
};

/// What an expression is as a function of one of its parts; nothing where it is none of convoy's.
std::optional<Recognised> recognised_in(const Expression& expression, const Expression& part) {
  Evaluation evaluation(&part);
  const std::vector<double>* values = evaluation.of(&expression);
  return values == nullptr ? std::nullopt : recognised(*values);
}

/// The parts of an expression, those first that others are made of; it itself is not among them.
void collect(const ExpressionPtr& expression, std::vector<ExpressionPtr>& parts) {
  for (const ExpressionPtr& input : expression->inputs) {
    if (std::ranges::find(parts, input) != parts.end()) continue;
    if (input->kind == Expression::Kind::function && !input->output) collect(input, parts);
    parts.push_back(input);
  }
}

std::vector<float> floats(const std::vector<double>& numbers) {
  std::vector<float> all;
  for (const double number : numbers) all.push_back(static_cast<float>(number));
  return all;
}

bool all_are(const std::vector<double>& numbers, double number) {
  return std::ranges::all_of(numbers, [&](double one) { return one == number; });
}

bool normalises(const std::string& type) { return type.empty() || type.ends_with("_norm"); }

}  // namespace

Layers::Layers(const Shape& input, std::size_t floats) : floats_left_(floats) {
  input_ = std::make_shared<Expression>();
  input_->shape = input;
  input_->node = Network::input_name;
}

ExpressionPtr Layers::add(const Place& place, LayerSpec spec, const std::vector<ExpressionPtr>& inputs,
                          Tensors tensors) {
  std::vector<Output> settled;
  for (const ExpressionPtr& input : inputs) settled.push_back(settle(input));
  auto added = std::make_shared<Expression>();
  added->output = append(place, std::move(spec), settled, std::move(tensors));
  added->shape = added->output->shape;
  added->node = place.node;
  added->op = place.op;
  return added;
}

ExpressionPtr Layers::pending(const Place& place, LayerSpec spec, const ExpressionPtr& input, Tensors tensors) {
  auto made = std::make_shared<Expression>();
  made->kind = Expression::Kind::pending;
  made->node = place.node;
  made->op = place.op;
  if (input != input_) settle(input);  // one after the other: the longest chain needs no deep recursion
  made->inputs = {input};
  made->shape = input->shape;
  if (!normalises(spec.type)) {  // whose output is of another shape
    LayerSpec whole = spec;
    try {
      const LayerType& type = layer_type(whole.type);
      whole.settings.complete(type.schema.keys, whole.type);
      const std::vector<Shape> shapes = {input->shape};
      made->shape = type.make(whole.settings)->setup(shapes).output;
    } catch (const Error& error) {
      throw std::runtime_error(text(place) + ": " + error.what());
    }
  }
  made->spec = std::move(spec);
  made->tensors = std::move(tensors);
  return made;
}

ExpressionPtr Layers::function(const Place& place, std::vector<ExpressionPtr> inputs,
                               std::function<double(const std::vector<double>&)> function, std::string combining) {
  auto made = std::make_shared<Expression>();
  made->kind = Expression::Kind::function;
  made->node = place.node;
  made->op = place.op;
  for (const ExpressionPtr& input : inputs) shorten(input);
  made->shape = inputs[0]->shape;
  made->inputs = std::move(inputs);
  made->function = std::move(function);
  made->combining = std::move(combining);
  return made;
}

/// Keeps an expression small: functions in it that are known to be layers become layers, the first ones first.
void Layers::shorten(const ExpressionPtr& expression) {
  const auto open = [](const ExpressionPtr& one) { return one->kind == Expression::Kind::function && !one->output; };
  std::vector<ExpressionPtr> parts;
  if (open(expression)) collect(expression, parts);
  auto left = std::ranges::count_if(parts, open);
  for (const ExpressionPtr& part : parts) {
    if (left <= largest_expression) return;
    if (!open(part)) continue;
    std::vector<ExpressionPtr> own;
    collect(part, own);
    if (!recognised_in(*part, *own[0])) continue;
    settle(part);
    std::vector<ExpressionPtr> rest;
    collect(expression, rest);
    left = std::ranges::count_if(rest, open);
  }
  if (left > largest_expression) settle(expression);
}

ExpressionPtr Layers::scaled(const Place& place, const ExpressionPtr& x, const std::vector<double>& gamma,
                             const std::vector<double>& beta, bool alone) {
  ExpressionPtr from = x;
  if (from->kind == Expression::Kind::function && !from->output) {  // (x / 255 - mean) / deviation is one map
    std::vector<ExpressionPtr> parts;
    collect(from, parts);
    const auto known = recognised_in(*from, *parts[0]);
    if (known && known->type == "linear") {
      const std::vector<double> scale(gamma.size(), known->after.scale);
      const std::vector<double> shift(gamma.size(), known->after.shift);
      from = scaled({from->node, from->op}, parts[0], scale, shift, false);
      alone = true;
    }
  }
  const bool only_adds = all_are(gamma, 1);
  const bool open =
      from->kind == Expression::Kind::pending && !from->output && alone && (normalises(from->spec.type) || only_adds);
  auto made = std::make_shared<Expression>();
  if (open) {
    *made = *from;
  } else {
    if (from != input_) settle(from);
    made->kind = Expression::Kind::pending;
    made->inputs = {from};
    made->shape = from->shape;
    made->node = place.node;
    made->op = place.op;
  }
  const std::size_t size = gamma.size();
  if (!only_adds && !made->gamma) made->gamma = std::vector<double>(size, 1);
  for (std::size_t c = 0; c < size && made->gamma; ++c) (*made->gamma)[c] *= gamma[c];
  if (!all_are(beta, 0) && !made->beta) made->beta = std::vector<double>(size, 0);
  for (std::size_t c = 0; c < size && made->beta; ++c) (*made->beta)[c] = (*made->beta)[c] * gamma[c] + beta[c];
  return made;
}

ExpressionPtr Layers::repeated(const Place& place, const ExpressionPtr& images, std::int64_t rows,
                               std::int64_t columns) {
  auto made = std::make_shared<Expression>();
  const bool more = images->kind == Expression::Kind::repeated && !images->output;
  made->kind = Expression::Kind::repeated;
  made->node = place.node;
  made->op = place.op;
  made->inputs = {more ? images->inputs[0] : images};
  made->rows = rows * (more ? images->rows : 1);
  made->columns = columns * (more ? images->columns : 1);
  const Shape& in = images->shape;
  made->shape = {static_cast<int>(in[0] * rows), static_cast<int>(in[1] * columns), in[2]};
  if (made->inputs[0] != input_) settle(made->inputs[0]);
  return made;
}

ExpressionPtr Layers::reshaped(const ExpressionPtr& x, const Shape& shape) {
  if (x->shape == shape) return x;
  ExpressionPtr& known = reshaped_[{x.get(), shape.text()}];
  if (known) return known;
  kept_.push_back(x);
  LayerSpec spec;
  spec.type = shape.rank() == 1 ? "flatten" : "reshape";
  if (shape.rank() != 1) {
    Integers extents;
    for (int axis = 0; axis < shape.rank(); ++axis) extents.push_back(shape[axis]);
    spec.settings.set("shape", extents);
  }
  const Place place{spec.type, ""};
  known = add(place, std::move(spec), {x});
  return known;
}

std::string Layers::name_for(const std::string& node, const std::string& op, const std::string& type) {
  std::string name;
  for (const char c : short_path(node, op)) name += layers::is_name_character(c) ? c : '_';
  const std::size_t first = name.find_first_not_of('_');
  name = first == std::string::npos ? type : name.substr(first, name.find_last_not_of('_') - first + 1);
  name.resize(std::min(name.size(), longest_name));
  if (name == Network::input_name) name = type;
  std::string free = name;
  for (int& number = numbers_[name]; shapes_.contains(free);) free = name + "_" + std::to_string(++number + 1);
  return free;
}

Output Layers::append(const Place& place, LayerSpec spec, const std::vector<Output>& inputs, Tensors tensors) {
  spec.name = name_for(place.node, place.op, spec.type);
  for (auto& tensor : tensors) {
    if (tensor.second.size() > floats_left_) {
      throw std::runtime_error(text(place) + ": the network would have many times the weights that the file has");
    }
    floats_left_ -= tensor.second.size();
    tensors_[spec.name + "/" + tensor.first] = std::move(tensor.second);
  }
  std::vector<Shape> shapes;
  for (const Output& input : inputs) {
    spec.inputs.push_back(input.layer);
    shapes.push_back(input.shape);
  }
  Output output{spec.name, {}};
  try {
    const LayerType& type = layer_type(spec.type);
    Settings settings = spec.settings;
    settings.complete(type.schema.keys, spec.type);
    output.shape = type.make(settings)->setup(shapes).output;
  } catch (const Error& error) {
    throw std::runtime_error(text(place) + ": " + error.what());
  }
  shapes_[spec.name] = output.shape;
  layers_.push_back(std::move(spec));
  return output;
}

Output Layers::settle(const ExpressionPtr& expression) {
  if (expression->output) return *expression->output;
  const Place place{expression->node, expression->op};
  switch (expression->kind) {
    case Expression::Kind::layer: return settle_input();  // another layer has an output
    case Expression::Kind::function: expression->output = settle_function(expression); break;
    case Expression::Kind::pending: expression->output = settle_pending(*expression); break;
    case Expression::Kind::repeated: {
      LayerSpec spec = layer_of_type("up_sampling2d");
      spec.settings.set("size", Integers{expression->rows, expression->columns});
      expression->output = append(place, std::move(spec), {settle(expression->inputs[0])}, {});
      break;
    }
    default: throw std::runtime_error(text(place) + ": convoy pads by one number, expected mode \"constant\"");
  }
  return *expression->output;
}

Output Layers::settle_last(const ExpressionPtr& expression) {
  Output output = settle(expression);
  if (output.layer != Network::input_name || !scaling_ || threshold_) return output;
  const auto [gamma, beta] = *std::exchange(scaling_, std::nullopt);
  return settle_affine({expression->node, expression->op}, output, gamma, beta);
}

Output Layers::settle_function(const ExpressionPtr& expression) {
  const Place place{expression->node, expression->op};
  if (expression->threshold) return settle_above(place, expression->inputs[0], *expression->threshold);
  std::vector<ExpressionPtr> parts;
  collect(expression, parts);
  for (const ExpressionPtr& part : parts) {
    const auto known = recognised_in(*expression, *part);
    if (known) return settle_recognised(place, part, *known, static_cast<std::size_t>(expression->shape.last()));
  }
  return settle_last_operator(*expression);
}

/// The layer of a function, between maps of its input and output where it needs them.
Output Layers::settle_recognised(const Place& place, const ExpressionPtr& part, const Recognised& known,
                                 std::size_t channels) {
  const auto mapped = [&](const ExpressionPtr& x, const LinearMap& map) {
    if (map == LinearMap()) return x;
    return scaled(place, x, std::vector<double>(channels, map.scale), std::vector<double>(channels, map.shift), false);
  };
  ExpressionPtr made = mapped(part, known.before);
  LayerSpec spec = layer_of_type(known.type);
  spec.settings = known.settings;
  if (known.type != "linear") made = add(place, std::move(spec), {made});
  return settle(mapped(made, known.after));
}

/// 1 where x is above a number, else 0: at the input only, as a part of the scaling.
Output Layers::settle_above(const Place& place, const ExpressionPtr& x, double threshold) {
  const bool fresh = layers_.empty() && !raw_input_used_ && !threshold_;
  Output output = x == input_ ? Output{Network::input_name, x->shape} : settle(x);
  if (!fresh || output.layer != Network::input_name) {
    throw std::runtime_error(text(place) + ": convoy compares with a number at the network's input only");
  }
  raw_input_used_ = true;
  threshold_ = static_cast<float>(threshold);
  return output;
}

Output Layers::settle_input() {
  if (threshold_) throw std::runtime_error("the input is compared with a number at one place, and taken at another");
  raw_input_used_ = true;
  if (!scaling_) return {Network::input_name, input_->shape};
  std::vector<double> gamma;
  std::vector<double> beta;
  for (std::size_t c = 0; c < scaling_->first.size(); ++c) {  // what the scaling did, undone
    if (scaling_->first[c] == 0)
      throw std::runtime_error("the input is scaled by 0 at one place, and taken at another");
    gamma.push_back(1 / scaling_->first[c]);
    beta.push_back(-scaling_->second[c] / scaling_->first[c]);
  }
  return settle_affine({"input", "Mul"}, {Network::input_name, input_->shape}, gamma, beta);
}

/// Where an expression as a whole is no layer, its last operator may be one.
Output Layers::settle_last_operator(const Expression& expression) {
  const Place place{expression.node, expression.op};
  if (expression.combining.empty()) {
    throw std::runtime_error(text(place) + ": convoy has no layer for this operator here");
  }
  std::vector<Output> inputs;
  for (const ExpressionPtr& input : expression.inputs) inputs.push_back(settle(input));
  return append(place, layer_of_type(expression.combining), inputs, {});
}

Output Layers::settle_pending(const Expression& pending) {
  const Place place{pending.node, pending.op};
  if (pending.spec.type.empty()) {
    const auto channels = static_cast<std::size_t>(pending.shape.last());
    const std::vector<double> gamma = pending.gamma.value_or(std::vector<double>(channels, 1));
    const std::vector<double> beta = pending.beta.value_or(std::vector<double>(channels, 0));
    if (pending.inputs[0] == input_) {  // the first thing that happens to a sample is its scaling
      if (!scaling_ && !raw_input_used_) scaling_ = {gamma, beta};
      if (scaling_ && scaling_->first == gamma && scaling_->second == beta) return {Network::input_name, input_->shape};
    }
    return settle_affine(place, settle(pending.inputs[0]), gamma, beta);
  }
  LayerSpec spec = pending.spec;
  Tensors tensors = pending.tensors;
  const bool norm = normalises(spec.type);
  if (norm) {
    spec.settings.set("scale", pending.gamma.has_value());
    spec.settings.set("center", pending.beta.has_value());
    if (pending.gamma) tensors["gamma"] = floats(*pending.gamma);
  } else {
    spec.settings.set("use_bias", pending.beta.has_value());
  }
  if (pending.beta) tensors[norm ? "beta" : "bias"] = floats(*pending.beta);
  return append(place, std::move(spec), {settle(pending.inputs[0])}, std::move(tensors));
}

Output Layers::settle_affine(const Place& place, const Output& input, const std::vector<double>& gamma,
                             const std::vector<double>& beta) {
  LayerSpec spec = layer_of_type("affine");
  spec.settings.set("scale", !all_are(gamma, 1));
  spec.settings.set("center", !all_are(beta, 0));
  Tensors tensors;
  if (!all_are(gamma, 1)) tensors["gamma"] = floats(gamma);
  if (!all_are(beta, 0)) tensors["beta"] = floats(beta);
  if (tensors.empty()) return input;
  return append(place, std::move(spec), {input}, std::move(tensors));
}

void Layers::give(ImportedModel& model, const Output& last) {
  std::set<std::string> needed = {last.layer};
  std::vector<LayerSpec> kept;
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
    if (!needed.contains(layer->name)) continue;
    needed.insert(layer->inputs.begin(), layer->inputs.end());
    kept.push_back(std::move(*layer));
  }
  std::ranges::reverse(kept);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const std::string before = i == 0 ? Network::input_name : kept[i - 1].name;
    if (kept[i].inputs.size() == 1 && kept[i].inputs[0] == before) kept[i].inputs.clear();
  }
  model.layers = std::move(kept);
  for (auto& [name, values] : tensors_) {
    if (needed.contains(name.substr(0, name.find('/')))) model.tensors[name] = std::move(values);
  }
  if (!scaling_ && !threshold_) return;
  const auto channels = static_cast<std::size_t>(input_->shape.last());
  model.scaling.multiply = scaling_ ? floats(scaling_->first) : std::vector<float>(channels, 1);
  model.scaling.add = scaling_ ? floats(scaling_->second) : std::vector<float>(channels, 0);
  model.scaling.threshold = threshold_;
}

}  // namespace convoy::formats::onnx
