#include "graph/work_plan.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace convoy {
namespace {

/// Builds the segments of one direction.
class Builder {
 public:
  /// Numbers segments from first_time + 1 on.
  Builder(std::size_t nodes, int first_time) : intervals_(nodes), first_time_(first_time + 1) {
    segments_.emplace_back();
  }

  /// Adds the stages of a node: those in order to the segments, fused where possible, the others to early or late ones.
  /// Sets the interval of the node.
  void add(int node, Stages stages) {
    Interval& interval = intervals_[static_cast<std::size_t>(node)];
    interval = {now(), now()};
    bool started = false;
    for (Stage& stage : stages) {
      if (stage.when != Stage::When::in_order) {
        auto& others = stage.when == Stage::When::early ? early_ : late_;
        others.push_back({stage.parts, {{node, std::move(stage)}}});
        continue;
      }
      append(node, std::move(stage));
      if (!std::exchange(started, true)) interval.first = now();
      interval.last = now();
    }
  }

  /// Moves out the segments that come before all others.
  std::vector<Segment> take_early() { return std::move(early_); }
  /// Moves out the other segments, those in order before the late ones.
  std::vector<Segment> take_segments() {
    std::erase_if(segments_, [](const Segment& segment) { return segment.stages.empty(); });
    std::ranges::move(late_, std::back_inserter(segments_));
    return std::move(segments_);
  }
  std::vector<Interval> intervals() const { return intervals_; }
  /// The number of the present segment.
  int now() const { return first_time_ + static_cast<int>(segments_.size()) - 1; }

 private:
  /// Adds a stage to the last segment if both work by sample, else as a new segment.
  void append(int node, Stage stage) {
    const bool fuses = stage.parts == Stage::by_sample && segments_.back().parts == Stage::by_sample;
    if (!fuses) segments_.push_back({stage.parts, {}});
    segments_.back().stages.push_back({node, std::move(stage)});
  }

  std::vector<Segment> segments_;
  std::vector<Segment> early_;
  std::vector<Segment> late_;
  std::vector<Interval> intervals_;
  int first_time_;
};

/// Sets by_group and grouped of segments with trained layers that sum by group.
void mark_grouped(std::vector<Segment>& segments, const Network& network) {
  std::vector<bool> begun(network.nodes().size());
  for (Segment& segment : segments) {
    for (const NodeStage& stage : segment.stages) {
      const Node& node = network.node(stage.node);
      if (segment.parts != Stage::by_sample || !node.trainable || node.declaration.group_floats == 0) continue;
      segment.by_group = true;
      if (!begun[static_cast<std::size_t>(stage.node)]) segment.grouped.push_back(stage.node);
      begun[static_cast<std::size_t>(stage.node)] = true;
    }
  }
}

}  // namespace

WorkPlan plan_work(const Network& network, Mode mode, int last) {
  WorkPlan plan;
  Builder forward(network.nodes().size(), 0);
  for (int i = 0; i <= last; ++i) {
    const Node& node = network.node(i);
    forward.add(i, node.layer->forward(mode, node.trainable));
  }
  plan.loss_time = forward.now() + 1;
  plan.forward_intervals = forward.intervals();
  plan.prepare = forward.take_early();
  plan.forward = forward.take_segments();

  Builder backward(network.nodes().size(), plan.loss_time);
  for (int i = last; i >= 0 && mode == Mode::train; --i) {
    const Node& node = network.node(i);
    if (node.needs_gradient) backward.add(i, node.layer->backward(node.trainable));
  }
  plan.end = backward.now() + 1;
  plan.backward_intervals = backward.intervals();
  plan.backward = backward.take_early();
  std::ranges::move(backward.take_segments(), std::back_inserter(plan.backward));
  mark_grouped(plan.backward, network);
  return plan;
}

}  // namespace convoy
