#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/thread_pool.h"
#include "layers/layer.h"

namespace convoy {

/// The place of a parameter tensor in the block of all parameters.
struct ParameterRange {
  std::size_t offset = 0;  ///< in floats
  std::size_t size = 0;    ///< in floats
  ParameterDeclaration declaration = {};
  bool trainable = true;
};

/// A piece of one tensor, the work of one task.
struct Chunk {
  std::size_t offset = 0;  ///< in the block of all parameters
  std::size_t size = 0;
  std::size_t tensor = 0;  ///< its number
};

/// Changes gradients between backward and the optimizer, and parameters after it. Only trainable tensors count. Works
/// on fixed chunks, whose sums are added in order, so that results do not depend on the number of threads. Nothing here
/// allocates after construction.
class GradientTools {
 public:
  /// Cuts the trainable tensors into chunks of at most 16384 floats. `pool` must outlive this.
  GradientTools(std::vector<ParameterRange> tensors, ThreadPool& pool);

  const std::vector<Chunk>& chunks() const { return chunks_; }  ///< of the trainable tensors
  const ParameterRange& tensor_of(const Chunk& chunk) const { return tensors_[chunk.tensor]; }

  /// Adds l1 * sign(w) + 2 * l2 * w to the gradients of tensors with a regulariser; returns the penalty, the sum of
  /// l1 |w| + l2 w^2.
  double regularise(std::span<const float> parameters, std::span<float> gradients);

  /// The joint norm of all gradients; not finite if one of them is not.
  double norm(std::span<const float> gradients);

  /// Scales all gradients by max_norm / norm where `norm`, from norm(), exceeds max_norm.
  void clip_norm(std::span<float> gradients, double norm, double max_norm);

  /// Scales the gradients of each tensor whose norm exceeds max_norm down to it.
  void clip_tensor_norms(std::span<float> gradients, double max_norm);

  /// Clamps each gradient to [-limit, limit].
  void clip_value(std::span<float> gradients, double limit);

  /// Scales down the columns (all axes but the last) whose norm exceeds their tensor's max_norm, if it has one, as
  /// Keras's MaxNorm constraint on a kernel.
  void constrain(std::span<float> parameters);

 private:
  /// Sets partial_ to the sum of the squared gradients of each chunk.
  void sum_squares(std::span<const float> gradients);
  /// The sum of partial_.
  double sum_of_partial() const;

  std::vector<ParameterRange> tensors_;
  std::vector<Chunk> chunks_;
  std::vector<double> partial_;      ///< a sum for each chunk
  std::vector<double> tensor_sums_;  ///< a sum for each tensor
  bool regularised_ = false;         ///< whether a trainable tensor has a regulariser
  ThreadPool& pool_;
};

}  // namespace convoy
