#pragma once

#include <vector>

#include "graph/network.h"
#include "layers/layer.h"

namespace convoy {

/// One stage of one node.
struct NodeStage {
  int node = 0;
  Stage stage;
};

/// Stages that run without a barrier between them: any number that work by sample, or a single one that works by parts.
struct Segment {
  int parts = Stage::by_sample;
  std::vector<NodeStage> stages;
  bool by_group = false;          ///< a stage adds to sums of groups: the samples of a group run one after the other
  std::vector<int> grouped = {};  ///< nodes whose group sums begin in this segment, so it clears them
};

/// The first and the last segment, by number, in which a node has work.
struct Interval {
  int first = 0;
  int last = 0;
};

/// All the work of one pass through a network, in order. Forward segments, the loss and backward segments are numbered
/// as points in time; 0 is before all of them.
struct WorkPlan {
  std::vector<Segment> prepare;  ///< run before forward: work that reads only parameters
  std::vector<Segment> forward;
  std::vector<Segment> backward;
  std::vector<Interval> forward_intervals;   ///< by node
  std::vector<Interval> backward_intervals;  ///< by node
  int loss_time = 0;                         ///< the number between forward and backward
  int end = 0;                               ///< the number after all segments
};

/// Plans nodes 0 to `last`. The backward pass, which only Mode::train has, leaves out nodes without gradient.
WorkPlan plan_work(const Network& network, Mode mode, int last);

}  // namespace convoy
