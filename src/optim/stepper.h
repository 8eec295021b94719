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

/// Takes an optimizer's steps on a block of parameters: adds the regularisers' gradients, clips, lets the optimizer
/// step, applies Lookahead and max-norm constraints. Works in fixed chunks, so that results do not depend on the number
/// of threads.
class Stepper {
 public:
  using Tensor = ParameterRange;

  /// `floats` is the size of the parameter block, `tensors` are its parts. The settings of `optimizer` must be
  /// complete. `pool` must outlive this. Throws Error{config} for an unknown type of optimizer.
  Stepper(const Spec& optimizer, std::vector<Tensor> tensors, std::size_t floats, ThreadPool& pool);

  /// What a step measured.
  struct Result {
    double penalty = 0;        ///< sum of the regularisers before the step
    double gradient_norm = 0;  ///< joint norm of all gradients, with those of the regularisers, before clipping
  };
  /// Takes one step: changes `parameters`, `gradients` (regularised and clipped), the slots and the number of steps.
  /// Where the gradients' norm is not finite, only `gradients` is changed. Does not allocate.
  Result step(std::span<float> parameters, std::span<float> gradients, double learning_rate);

  /// Sets all slots and the number of steps to 0.
  void reset();

  /// The number of steps since the beginning or the last reset, by which Adam's first steps are corrected.
  std::uint64_t steps() const { return steps_; }
  void restore_steps(std::uint64_t steps) { steps_ = steps; }

  /// The names of the slots, the optimizer's arrays that checkpoints save, each as long as the parameter block.
  const std::vector<std::string>& slot_names() const { return slot_names_; }
  std::span<float> slot(std::size_t which) { return slots_[which].span(); }

 private:
  /// Moves the slow weights, which are the last slot, towards the parameters, and the parameters to them.
  void look_ahead(std::span<float> parameters);
  /// Lets the optimizer step on one chunk: changes its parameters and slots.
  void update_chunk(const Chunk& chunk, std::span<float> parameters, std::span<const float> gradients,
                    double learning_rate);

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
