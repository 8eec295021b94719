#include "graph/work_plan.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace convoy {
namespace {

using Moment = WorkPlan::Moment;

/// Builds the segments of one direction.
class Builder {
 public:
  /// Adds the times of the stages to `moments`.
  Builder(const Network& network, std::vector<Moment>& moments)
      : network_(network), intervals_(network.nodes().size()), moments_(moments) {}

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
    std::ranges::move(late_, std::back_inserter(segments_));
    return std::move(segments_);
  }
  std::vector<Interval> intervals() const { return intervals_; }

 private:
  /// The time of the last stage so far.
  int now() const { return static_cast<int>(moments_.size()) - 1; }

  /// Adds a stage to the last segment if both work by sample, else as a new segment.
  void append(int node, Stage stage) {
    const bool by_sample = stage.parts == Stage::by_sample;
    const bool fuses = by_sample && !segments_.empty() && segments_.back().parts == Stage::by_sample;
    if (!fuses) segments_.push_back({stage.parts, {}});
    std::vector<NodeStage>& stages = segments_.back().stages;
    const bool follows = fuses && stage.band_by_band && has_same_bands(stages.back(), node);
    if (!follows) moments_.push_back({moments_.back().segment + (fuses ? 0 : 1), by_sample});
    stages.push_back({node, std::move(stage), follows});
  }

  /// Whether a stage is divided into the same bands as one of `node`.
  bool has_same_bands(const NodeStage& stage, int node) const {
    return stage.stage.band_rows > 0 && network_.shape_of(stage.node) == network_.shape_of(node);
  }

  const Network& network_;
  std::vector<Segment> segments_;
  std::vector<Segment> early_;
  std::vector<Segment> late_;
  std::vector<Interval> intervals_;
  std::vector<Moment>& moments_;
};

/// Adds a time at which nothing of a pass runs; returns it.
int add_pause(std::vector<Moment>& moments) {
  moments.push_back({moments.empty() ? 0 : moments.back().segment + 1, false});
  return static_cast<int>(moments.size()) - 1;
}

/// Sets by_group and grouped of segments with trained layers that sum by group.
void mark_grouped(std::vector<Segment>& segments, const Network& network) {
  std::vector<bool> begun(network.nodes().size());
  for (Segment& segment : segments) {
    for (const NodeStage& stage : segment.stages) {
      const Node& node = network.node(stage.node);
      const bool sums = segment.parts == Stage::by_sample || segment.parts == Stage::by_group;
      if (!sums || !node.trainable || node.declaration.group_floats == 0) continue;
      segment.by_group = true;
      if (!begun[static_cast<std::size_t>(stage.node)]) segment.grouped.push_back(stage.node);
      begun[static_cast<std::size_t>(stage.node)] = true;
    }
  }
}

}  // namespace

WorkPlan plan_work(const Network& network, Mode mode, int last) {
  WorkPlan plan;
  add_pause(plan.moments);
  Builder forward(network, plan.moments);
  for (int i = 0; i <= last; ++i) {
    const Node& node = network.node(i);
    forward.add(i, node.layer->forward(mode, node.trainable));
  }
  plan.loss_time = add_pause(plan.moments);
  plan.forward_intervals = forward.intervals();
  plan.prepare = forward.take_early();
  plan.forward = forward.take_segments();

  Builder backward(network, plan.moments);
  for (int i = last; i >= 0 && mode == Mode::train; --i) {
    const Node& node = network.node(i);
    if (node.needs_gradient) backward.add(i, node.layer->backward(node.trainable));
  }
  plan.end = add_pause(plan.moments);
  plan.backward_intervals = backward.intervals();
  plan.backward = backward.take_early();
  std::ranges::move(backward.take_segments(), std::back_inserter(plan.backward));
  mark_grouped(plan.backward, network);
  return plan;
}

}  // namespace convoy
