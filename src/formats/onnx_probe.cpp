#include "formats/onnx_probe.h"

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>

namespace convoy::formats::onnx {
namespace {

constexpr std::size_t most_numbers = std::size_t{1} << 20;  // of the input
constexpr std::size_t farthest_node = 300;                  // shapes and constants are among them
constexpr int most_candidates = 8;
constexpr float amplitudes[] = {1, -0.02F, 60};

using Names = std::set<std::string_view>;

/// Numbers of both signs, of which one in the second sample has the other sign than in the first.
std::vector<float> sample(std::size_t count, float amplitude) {
  std::vector<float> numbers(count);
  std::uint32_t bits = 12345;
  for (std::size_t i = 0; i < count; ++i) {
    bits = bits * 1664525U + 1013904223U;
    const float first = static_cast<float>(bits >> 8U) / static_cast<float>(1 << 23) - 1;
    bits = bits * 1664525U + 1013904223U;
    const float other = amplitude == 1 ? 1 : 0.5F + static_cast<float>(bits >> 8U) / static_cast<float>(1 << 24);
    numbers[i] = amplitude * (first + (first < 0 ? -0.5F : 0.5F)) * other;
  }
  return numbers;
}

bool same_value(const GraphValue& a, const GraphValue& b) {
  return a.expression && a.expression == b.expression && a.view == b.view;
}

/// A run of the nodes from one on with a sample in place of a value that depends on it.
class ProbeRun {
 public:
  ProbeRun(GraphState& state, const GraphValue& x, const Constant& sample)
      : state_(state),
        x_(x),
        sample_(std::make_shared<const Constant>(sample)),
        own_{.file = state.file, .path = state.path, .layers = Layers(Shape{1}, 0), .foldable = 0} {}

  bool is_sample(std::string_view name) const {
    const auto found = state_.values.find(name);
    return found != state_.values.end() && same_value(found->second, x_);
  }

  /// Computes a node; false where it cannot be.
  bool compute(const StoredNode& node) {
    for (const std::string_view input : values_read_by(node)) {
      if (!input.empty() && !provide(input) && node.op != "If") return false;  // a branch has values of its own
    }
    own_.foldable = state_.probing;
    bool computed = false;
    try {
      computed = (node.domain.empty() || node.domain == "ai.onnx") && fold(Call(own_, node));
    } catch (const std::runtime_error&) {  // it is run as any node, and says what is wrong
    }
    state_.probing = own_.foldable;
    return computed;
  }

  ConstantPtr value(std::string_view name) const {
    const auto found = own_.values.find(name);
    return found == own_.values.end() ? nullptr : found->second.constant;
  }

 private:
  bool provide(std::string_view name) {
    if (own_.values.contains(name)) return true;
    const auto found = state_.values.find(name);
    if (found == state_.values.end()) return false;
    const bool sampled = same_value(found->second, x_);
    if (!sampled && !found->second.constant) return false;
    own_.values[std::string(name)].constant = sampled ? sample_ : found->second.constant;
    return true;
  }

  GraphState& state_;
  const GraphValue& x_;
  ConstantPtr sample_;
  GraphState own_;
};

/// The search for nodes, from one on, that are one layer of its input.
class LayerSearch {
 public:
  LayerSearch(GraphState& state, std::size_t first)
      : state_(state), nodes_(state.file.nodes), first_(first), x_(Call(state, nodes_[first]).value(0)) {}

  std::vector<std::size_t> run() {
    if (x_.expression->shape.size() > most_numbers) return {};
    ProbeRun probe(state_, x_, onnx_sample(0));
    Names after;  // what depends on the first node
    int candidates = 0;
    for (std::size_t i = first_; i < std::min(nodes_.size(), first_ + farthest_node); ++i) {
      const StoredNode& node = nodes_[i];
      if (node.outputs.empty() || !probe.compute(node)) continue;
      computed_[node.outputs[0]] = i;
      if (needs_no_sample(node, probe)) free_.insert(node.outputs[0]);
      const bool follows =
          i == first_ || std::ranges::any_of(values_read_by(node), [&](auto in) { return after.contains(in); });
      if (!follows) continue;
      after.insert(node.outputs[0]);
      if (i == first_ || probe.value(node.outputs[0])->dims != onnx_dims()) continue;
      const std::vector<std::size_t> part = nodes_before(i, probe);
      if (part.empty()) continue;
      if (++candidates > most_candidates) break;
      if (give_layer(part)) return without_free(part);
    }
    return {};
  }

 private:
  Extents onnx_dims() const {
    Extents dims = x_.view.extents();
    dims.insert(dims.begin(), 1);
    return dims;
  }

  Constant onnx_sample(std::size_t number) const {
    const std::vector<float> array = sample(x_.expression->shape.size(), amplitudes[number]);
    Constant constant{.dims = onnx_dims()};
    for (const std::size_t place : x_.view.places()) constant.floats.push_back(array[place]);
    return constant;
  }

  /// Which nodes make the output of number `end` of x, in order; none where something in between is used elsewhere.
  std::vector<std::size_t> nodes_before(std::size_t end, const ProbeRun& probe) const {
    std::set<std::size_t> part = {end};
    std::vector<std::size_t> left = {end};
    std::map<std::string_view, int> uses;
    while (!left.empty()) {
      const StoredNode& node = nodes_[left.back()];
      left.pop_back();
      for (const std::string_view input : values_read_by(node)) {
        const auto made = computed_.find(input);
        if (made == computed_.end() || probe.is_sample(input)) continue;
        ++uses[input];
        if (part.insert(made->second).second) left.push_back(made->second);
      }
    }
    const bool whole = std::ranges::all_of(uses, [&](const auto& use) {
      const auto all = state_.uses.find(use.first);
      return free_.contains(use.first) || (all != state_.uses.end() && all->second == use.second);
    });
    if (!whole || !part.contains(first_)) return {};
    return {part.begin(), part.end()};
  }

  /// Whether a node works on constants, or on extents alone: its output may have other uses.
  bool needs_no_sample(const StoredNode& node, const ProbeRun& probe) const {
    return std::ranges::all_of(values_read_by(node), [&](auto in) {
      if (probe.is_sample(in)) return node.op == "Shape";
      return !computed_.contains(in) || free_.contains(in);
    });
  }

  std::vector<std::size_t> without_free(std::vector<std::size_t> part) const {
    std::erase_if(part, [&](std::size_t i) { return free_.contains(nodes_[i].outputs[0]); });
    return part;
  }

  bool give_layer(const std::vector<std::size_t>& part) {
    const Call last(state_, nodes_[part.back()]);
    Probed probed{.place = Call(state_, nodes_[first_]).place(),
                  .input = x_.expression,
                  .extents = x_.view.extents(),
                  .places = x_.view.places(),
                  .probes = {},
                  .constants = {},
                  .nodes = {}};
    for (std::size_t number = 0; number < std::size(amplitudes); ++number) {
      ProbeRun probe(state_, x_, onnx_sample(number));
      for (const std::size_t i : part) {
        if (!probe.compute(nodes_[i])) return false;
      }
      const ConstantPtr output = probe.value(last.node().outputs[0]);
      if (output->whole || output->size() != probed.places.size()) return false;
      probed.probes.push_back({sample(output->size(), amplitudes[number]), std::vector<float>(output->size())});
      for (std::size_t i = 0; i < output->size(); ++i)
        probed.probes.back().output[probed.places[i]] = output->floats[i];
      if (number == 0) add_constants(part, probe, probed);
    }
    const std::size_t cost = recognition_cost(probed);
    if (cost > state_.probing) return false;
    state_.probing -= cost;
    const ExpressionPtr layer = recognised_layer(state_.layers, probed);
    if (!layer) return false;
    const View view = x_.view;
    last.give(layer, view);
    return true;
  }

  void add_constants(const std::vector<std::size_t>& part, const ProbeRun& probe, Probed& probed) const {
    for (const std::size_t i : part) {
      probed.nodes.push_back(&nodes_[i]);
      for (const std::string_view input : nodes_[i].inputs) {
        const ConstantPtr constant = input.empty() ? nullptr : probe.value(input);
        if (constant && !constant->whole) probed.constants.push_back(constant);
      }
    }
  }

  GraphState& state_;
  const std::vector<StoredNode>& nodes_;
  std::size_t first_;
  GraphValue x_;
  std::map<std::string_view, std::size_t> computed_;  ///< by their outputs
  Names free_;                                        ///< outputs that do not depend on the sample's numbers
};

bool squares(const StoredNode& node) {
  return node.op == "Pow" || (node.op == "Mul" && node.inputs.size() == 2 && node.inputs[0] == node.inputs[1]);
}

/// Whether the node and one soon after it are the two halves of a prelu: Relu of x and of -x.
bool halves(const GraphState& state, std::size_t first) {
  const auto half = [](const StoredNode& node) { return node.op == "Relu" || node.op == "Neg"; };
  const std::vector<StoredNode>& nodes = state.file.nodes;
  if (!half(nodes[first])) return false;
  for (std::size_t i = first + 1; i < std::min(nodes.size(), first + 10); ++i) {
    const bool other = half(nodes[i]) && nodes[i].op != nodes[first].op && !nodes[i].inputs.empty();
    if (other && nodes[i].inputs[0] == nodes[first].inputs[0]) return true;
  }
  return false;
}

/// Whether layers of several operators begin so.
bool may_begin(const GraphState& state, std::size_t first) {
  static const Names beginnings = {"ReduceMean", "ReduceSum", "ReduceMax"};
  const StoredNode& node = state.file.nodes[first];
  if (node.inputs.empty() || node.outputs.empty()) return false;
  return beginnings.contains(node.op) || squares(node) || halves(state, first);
}

}  // namespace

std::vector<std::size_t> run_as_one_layer(GraphState& state, std::size_t first) {
  if (!may_begin(state, first)) return {};
  const auto x = state.values.find(state.file.nodes[first].inputs[0]);
  if (x == state.values.end() || !x->second.expression) return {};
  const std::size_t before = state.probing;
  std::vector<std::size_t> part = LayerSearch(state, first).run();
  if (!part.empty()) state.probing = before;  // a layer of a large network is worth what it takes
  return part;
}

}  // namespace convoy::formats::onnx
