#include "graph/memory_plan.h"

#include <algorithm>

#include "core/aligned_buffer.h"
#include "graph/arena.h"

namespace convoy {
namespace {

/// The distance in floats between two samples of `floats` numbers: whole cache lines. A multiple of 4096 bytes would
/// put all samples in the same sets of the L1 cache.
std::size_t sample_stride(std::size_t floats) {
  const std::size_t stride = round_to_line(floats);
  return stride % 1024 == 0 ? stride + 16 : stride;
}

/// A buffer for one sample, and the first and the last time at which it is in use.
struct Buffer {
  std::size_t floats;
  int first, last;
};

/// One use of a node's output: input number `input` of node `consumer`.
struct Use {
  int consumer;
  int input;
};

/// Makes a MemoryPlan: first buffers with lifetimes, then their places.
class Planner {
 public:
  Planner(const Network& network, const WorkPlan& work, Mode mode, int last, int max_batch, int workers, Retain retain)
      : network_(network),
        work_(work),
        mode_(mode),
        last_(last),
        max_batch_(static_cast<std::size_t>(max_batch)),
        workers_(static_cast<std::size_t>(workers)),
        keeps_all_(retain == Retain::everything) {
    uses_.resize(static_cast<std::size_t>(last) + 2);  // the network's input comes first
    for (int i = 0; i <= last; ++i) {
      const auto& inputs = network.node(i).inputs;
      for (std::size_t input = 0; input < inputs.size(); ++input) {
        uses_[position(inputs[input])].push_back({i, static_cast<int>(input)});
      }
    }
  }

  /// Plans all buffers and places them. To be called once.
  MemoryPlan plan() {
    place_outputs();
    if (mode_ == Mode::train) place_gradients();
    return resolve();
  }

 private:
  /// The index of a node, or of the network's input, in uses_ and outputs_.
  static std::size_t position(int node) { return static_cast<std::size_t>(node + 1); }

  /// Adds a buffer for the node's output, in use from `first` to `last`; returns its number.
  int add_buffer(int node, int first, int last) {
    buffers_.push_back(
        {sample_stride(network_.shape_of(node).size()), keeps_all_ ? 0 : first, keeps_all_ ? work_.end : last});
    return static_cast<int>(buffers_.size()) - 1;
  }

  /// Makes the times at which a buffer is in use include `first` to `last`.
  void extend(int buffer, int first, int last) {
    Buffer& extended = buffers_[static_cast<std::size_t>(buffer)];
    extended.first = std::min(extended.first, first);
    extended.last = std::max(extended.last, last);
  }

  const Interval& forward(int node) const { return work_.forward_intervals[static_cast<std::size_t>(node)]; }
  const Interval& backward(int node) const { return work_.backward_intervals[static_cast<std::size_t>(node)]; }

  /// The last time at which a node's output is read: in training the backward pass may read it, up to the
  /// node's own part.
  int last_read(int node) const {
    if (node == last_) return work_.end;
    int time = node == Network::input ? 0 : forward(node).last;
    for (const Use& use : uses_[position(node)]) {
      time = std::max(time, forward(use.consumer).last);
      if (mode_ == Mode::train && network_.node(use.consumer).needs_gradient) {
        time = std::max(time, backward(use.consumer).last);
      }
    }
    const bool has_backward = node != Network::input && mode_ == Mode::train && network_.node(node).needs_gradient;
    return has_backward ? std::max(time, backward(node).last) : time;
  }

  /// Whether node i may write over its input: every node whose output is in that buffer has a single consumer and does
  /// not read its output in the backward pass.
  bool may_overwrite(int i) const {
    const int source = network_.node(i).inputs[0];
    if (source == Network::input) return false;
    const int buffer = outputs_[position(source)];
    for (int other = source; other != Network::input; other = network_.node(other).inputs[0]) {
      if (outputs_[position(other)] != buffer) return true;
      if (uses_[position(other)].size() > 1 || reads_output(other)) return false;
      if (network_.node(other).inputs.size() != 1) return true;
    }
    return outputs_[position(Network::input)] != buffer;
  }

  /// Whether the backward pass of a node reads its output.
  bool reads_output(int node) const {
    return mode_ == Mode::train && network_.node(node).needs_gradient && network_.node(node).declaration.reads_output;
  }

  /// Whether the output of node i is in the same buffer as its input.
  bool shares_input(int i) const {
    const Node& node = network_.node(i);
    if (node.inputs.size() != 1 || network_.shape_of(node.inputs[0]).size() != node.declaration.output.size())
      return false;
    return node.declaration.view || (!keeps_all_ && node.declaration.in_place && may_overwrite(i));
  }

  /// Gives the input and every output a buffer, with its lifetime.
  void place_outputs() {
    outputs_.resize(static_cast<std::size_t>(last_) + 2);
    outputs_[0] = add_buffer(Network::input, 0, last_read(Network::input));
    for (int i = 0; i <= last_; ++i) {
      if (shares_input(i)) {
        outputs_[position(i)] = outputs_[position(network_.node(i).inputs[0])];
        extend(outputs_[position(i)], forward(i).first, last_read(i));
      } else {
        outputs_[position(i)] = add_buffer(i, forward(i).first, last_read(i));
      }
    }
  }

  /// Whether backward of node i writes d_input over d_output: as an in-place layer or a view, if its source has no
  /// other consumer.
  bool shares_gradient(int i) const {
    const Node& node = network_.node(i);
    if (node.inputs.size() != 1 || uses_[position(node.inputs[0])].size() != 1) return false;
    const Declaration& d = node.declaration;
    return (d.view || (!keeps_all_ && (d.in_place || d.gradient_in_place))) &&
           network_.shape_of(node.inputs[0]).size() == node.declaration.output.size();
  }

  /// Gives every gradient that is needed a buffer, from the last node to the first.
  void place_gradients() {
    const auto nodes = static_cast<std::size_t>(last_) + 1;
    d_outputs_.assign(nodes, none);
    further_.resize(nodes);
    d_inputs_.resize(nodes);
    for (int i = last_; i >= 0; --i) {
      const Node& node = network_.node(i);
      const auto at = static_cast<std::size_t>(i);
      d_inputs_[at].assign(node.inputs.size(), none);
      if (!node.needs_gradient) continue;
      if (i == last_) d_outputs_[at] = add_buffer(i, work_.loss_time, backward(i).last);
      for (std::size_t input = 0; input < node.inputs.size(); ++input) place_gradient(i, input);
    }
  }

  /// Gives the gradient that node i computes for one of its inputs a buffer, if the source of that input needs one.
  void place_gradient(int i, std::size_t input) {
    const int source = network_.node(i).inputs[input];
    if (source == Network::input || !network_.node(source).needs_gradient) return;
    const int shared = shares_gradient(i) ? d_outputs_[static_cast<std::size_t>(i)] : none;
    const int buffer = shared != none ? shared : add_buffer(source, backward(i).first, backward(source).last);
    extend(buffer, backward(i).first, backward(source).last);
    d_inputs_[static_cast<std::size_t>(i)][input] = buffer;
    int& first = d_outputs_[static_cast<std::size_t>(source)];
    if (first == none) {
      first = buffer;
    } else {
      further_[static_cast<std::size_t>(source)].push_back(buffer);
    }
  }

  const WorkPlan::Moment& moment(int time) const { return work_.moments[static_cast<std::size_t>(time)]; }

  /// Whether a buffer is in use only while a sample goes through one segment.
  bool by_worker(const Buffer& buffer) const {
    return moment(buffer.first).by_sample && moment(buffer.first).segment == moment(buffer.last).segment;
  }

  /// Gives every buffer its place in one block, of so many `floats`: first those of batches, which share memory between
  /// segments, then those of each worker, which share it between stages.
  std::vector<Place> place_buffers(std::size_t& floats) const {
    std::vector<Lifetime> of_batch, of_worker;
    for (const Buffer& buffer : buffers_) {
      const bool worker = by_worker(buffer);
      of_worker.push_back({worker ? buffer.floats : 0, buffer.first, buffer.last});
      of_batch.push_back(
          {worker ? 0 : buffer.floats * max_batch_, moment(buffer.first).segment, moment(buffer.last).segment});
    }
    const ArenaPlan batch = plan_arena(of_batch), worker = plan_arena(of_worker);
    const std::size_t stride = sample_stride(worker.floats);
    floats = batch.floats + workers_ * stride;
    std::vector<Place> places;
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
      if (by_worker(buffers_[i])) {
        places.push_back({batch.floats + worker.offsets[i], static_cast<std::ptrdiff_t>(stride), true});
      } else {
        places.push_back({batch.offsets[i], static_cast<std::ptrdiff_t>(buffers_[i].floats), false});
      }
    }
    return places;
  }

  /// Places the buffers and returns the plan.
  MemoryPlan resolve() const {
    MemoryPlan plan;
    const std::vector<Place> places = place_buffers(plan.floats);
    const auto place = [&](int buffer) { return places[static_cast<std::size_t>(buffer)]; };
    const auto optional = [&](int buffer) { return buffer == none ? std::optional<Place>() : place(buffer); };
    plan.input = place(outputs_[0]);
    for (int i = 0; i <= last_; ++i) plan.outputs.push_back(place(outputs_[position(i)]));
    plan.d_outputs.resize(plan.outputs.size());
    plan.d_inputs.resize(plan.outputs.size());
    plan.further_gradients.resize(plan.outputs.size());
    for (std::size_t i = 0; i < d_outputs_.size(); ++i) {
      plan.d_outputs[i] = optional(d_outputs_[i]);
      for (const int buffer : d_inputs_[i]) plan.d_inputs[i].push_back(optional(buffer));
      for (const int buffer : further_[i]) plan.further_gradients[i].push_back(place(buffer));
    }
    return plan;
  }

  static constexpr int none = -1;

  const Network& network_;
  const WorkPlan& work_;
  Mode mode_;
  int last_;
  std::size_t max_batch_;
  std::size_t workers_;
  bool keeps_all_;
  std::vector<std::vector<Use>> uses_;  ///< by position()
  std::vector<Buffer> buffers_;
  std::vector<int> outputs_;                ///< buffers by position()
  std::vector<int> d_outputs_;              ///< buffers by node, or none
  std::vector<std::vector<int>> d_inputs_;  ///< buffers by node and input, or none
  std::vector<std::vector<int>> further_;   ///< buffers by node: MemoryPlan::further_gradients
};

}  // namespace

MemoryPlan plan_memory(const Network& network, const WorkPlan& work, Mode mode, int last, int max_batch, int workers,
                       Retain retain) {
  return Planner(network, work, mode, last, max_batch, workers, retain).plan();
}

}  // namespace convoy
