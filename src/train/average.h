#pragma once

#include <cstdint>
#include <span>

#include "core/aligned_buffer.h"
#include "core/thread_pool.h"

namespace convoy {

/// The exponential moving average of parameters over the steps of a training (Polyak & Juditsky 1992):
///
///     average = d * average + (1 - d) * parameters,   d = min(decay, (1 + step) / (10 + step))
///
/// so that the first parameters soon no longer count (TensorFlow's ExponentialMovingAverage with num_updates).
class MovingAverage {
 public:
  /// Starts from a copy of `parameters`.
  MovingAverage(double decay, std::span<const float> parameters, ThreadPool& pool);

  /// Moves the average towards the parameters after step 1, 2, ... with the weight that belongs to that step.
  void add(std::span<const float> parameters, std::uint64_t step);
  /// Sets the average to a copy of `parameters`.
  void reset(std::span<const float> parameters);
  std::span<float> values() { return values_.span(); }

 private:
  double decay_;
  ThreadPool& pool_;
  AlignedBuffer<float> values_;
};

}  // namespace convoy
