#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/thread_pool.h"
#include "layers/layer.h"

namespace convoy {

/// A parameter tensor within the block of all parameters.
struct ParameterRange {
  std::size_t offset = 0;  ///< floats
  std::size_t size = 0;
  ParameterDeclaration declaration = {};
  bool trainable = true;
};

/// A piece of one tensor: what one task works on.
struct Chunk {
  std::size_t offset = 0;
  std::size_t size = 0;
  std::size_t tensor = 0;
};

/// What happens to gradients between backward and the optimizer, and to parameters after it. Works on fixed chunks,
/// whose sums are added in order: results do not depend on the number of threads. Nothing here allocates after
/// construction.
class GradientTools {
 public:
  GradientTools(std::vector<ParameterRange> tensors, ThreadPool& pool);

  const std::vector<Chunk>& chunks() const { return chunks_; }  ///< of the trainable tensors
  const ParameterRange& tensor_of(const Chunk& chunk) const { return tensors_[chunk.tensor]; }

  /// Adds l1 * sign(w) + 2 * l2 * w to the gradients of tensors with a regulariser; returns the penalty
  /// sum of l1 * |w| + l2 * w^2.
  double regularise(std::span<const float> parameters, std::span<float> gradients);

  /// The joint norm of all gradients: not finite if one of them is not.
  double norm(std::span<const float> gradients);

  /// Scales all gradients by max_norm / norm when `norm`, what norm() returned, exceeds max_norm.
  void clip_norm(std::span<float> gradients, double norm, double max_norm);

  /// Scales the gradients of each tensor whose own norm exceeds max_norm.
  void clip_tensor_norms(std::span<float> gradients, double max_norm);

  /// Limits each gradient to [-limit, limit].
  void clip_value(std::span<float> gradients, double limit);

  /// Scales down the columns (all axes but the last) of tensors with a max_norm whose norm exceeds it, as Keras's
  /// MaxNorm constraint on a kernel.
  void constrain(std::span<float> parameters);

 private:
  void sum_squares(std::span<const float> gradients);
  double sum_of_chunks() const;

  std::vector<ParameterRange> tensors_;
  std::vector<Chunk> chunks_;
  std::vector<double> partial_;      ///< by chunk
  std::vector<double> tensor_sums_;  ///< by tensor
  bool regularised_ = false;
  ThreadPool& pool_;
};

}  // namespace convoy
