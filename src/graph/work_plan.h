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

/// Stages that run without a barrier between them: either any number by sample, fused, or a single one by parts.
struct Segment {
  int parts = Stage::by_sample;
  std::vector<NodeStage> stages;
  bool by_group = false;          ///< a stage adds to its group's sums: a group's samples go one after the other
  std::vector<int> grouped = {};  ///< nodes that begin to do so here
};

/// The first and the last segment, by number, in which a node has work.
struct Interval {
  int first = 0;
  int last = 0;
};

/// All the work of one pass through a network, in order. Segments are numbered from the forward pass through the loss
/// to the backward pass.
struct WorkPlan {
  std::vector<Segment> prepare;  ///< ahead of forward: what reads parameters only
  std::vector<Segment> forward;
  std::vector<Segment> backward;
  std::vector<Interval> forward_intervals;   ///< by node
  std::vector<Interval> backward_intervals;  ///< by node
  int loss_time = 0;
  int end = 0;  ///< after everything
};

/// The plan for nodes 0 to `last`. The backward pass, only in Mode::train, leaves out nodes without gradient.
WorkPlan plan_work(const Network& network, Mode mode, int last);

}  // namespace convoy
