#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/aligned_buffer.h"
#include "core/thread_pool.h"
#include "layers/layer.h"
#include "optim/gradients.h"
#include "optim/optimizer.h"

namespace convoy {

/// An optimizer at work on a block of parameters: it adds the regularisers' gradients, clips, takes the step and
/// applies max-norm constraints, in fixed chunks, so the number of threads does not show in the result.
class Stepper {
 public:
  using Tensor = ParameterRange;

  /// `floats` is the size of the parameter block. The settings of `optimizer` must be complete. `pool` must outlive it.
  Stepper(const Spec& optimizer, std::vector<Tensor> tensors, std::size_t floats, ThreadPool& pool);

  struct Result {
    double penalty = 0;        ///< of the regularisers, before the step
    double gradient_norm = 0;  ///< of all gradients together, regularised, not yet clipped
  };
  /// One step. Assigns `parameters`, changes `gradients` (regularised and clipped). Where the gradients' norm is not
  /// finite no step is taken. Does not allocate.
  Result step(std::span<float> parameters, std::span<float> gradients, double learning_rate);

  /// Forgets all steps, and their number.
  void reset();

  /// The steps taken since the beginning or the last reset: Adam's first ones are corrected by it.
  std::uint64_t steps() const { return steps_; }
  void restore_steps(std::uint64_t steps) { steps_ = steps; }

  /// The optimizer's memory, for checkpoints: arrays as long as the parameter block.
  const std::vector<std::string>& slot_names() const { return slot_names_; }
  std::span<float> slot(std::size_t which) { return slots_[which].span(); }

 private:
  /// Also the weights that Lookahead goes back to, where it is used: the last slot.
  void look_ahead(std::span<float> parameters);
  void update(const Chunk& chunk, std::span<float> parameters, std::span<const float> gradients, double learning_rate);

  std::unique_ptr<Optimizer> optimizer_;
  double clip_norm_;
  double clip_tensor_norm_;
  double clip_value_;
  int lookahead_steps_;
  double lookahead_rate_;
  bool decay_all_;
  ThreadPool& pool_;
  GradientTools tools_;
  std::vector<std::string> slot_names_;
  std::vector<AlignedBuffer<float>> slots_;
  std::uint64_t steps_ = 0;
};

}  // namespace convoy
