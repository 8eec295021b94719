#pragma once

#include <vector>

#include "graph/network.h"
#include "layers/layer.h"

namespace convoy {

/// One stage of one node.
struct NodeStage {
  int node = 0;
  Stage stage;
  bool follows_bands = false;  ///< a band may follow on the same band of the stage before it, without a barrier
};

/// Stages that run without a barrier between them: any number that work by sample, or a single one of another kind.
struct Segment {
  int parts = Stage::by_sample;
  std::vector<NodeStage> stages;
  bool by_group = false;          ///< a stage adds to sums of groups: the samples of a group run one after the other
  std::vector<int> grouped = {};  ///< nodes whose group sums begin in this segment, so it clears them
};

/// The first and the last time at which a node has work.
struct Interval {
  int first = 0;
  int last = 0;
};

/// All the work of one pass through a network, in order. Times are numbers of stages, which share one where they follow
/// bands: 0 is before all work, then come those of forward, the loss, those of backward, and the end.
struct WorkPlan {
  /// What happens at a time.
  struct Moment {
    int segment;     ///< a number that grows with the segments
    bool by_sample;  ///< a stage that works by sample: it meets one sample after the other
  };

  std::vector<Segment> prepare;  ///< run before forward: work that reads only parameters
  std::vector<Segment> forward;
  std::vector<Segment> backward;
  std::vector<Interval> forward_intervals;   ///< by node
  std::vector<Interval> backward_intervals;  ///< by node
  std::vector<Moment> moments;               ///< by time
  int loss_time = 0;                         ///< between forward and backward
  int end = 0;                               ///< after all stages
};

/// Plans nodes 0 to `last`. The backward pass, which only Mode::train has, leaves out nodes without gradient.
WorkPlan plan_work(const Network& network, Mode mode, int last);

}  // namespace convoy
