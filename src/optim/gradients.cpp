#include "optim/gradients.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/elementwise.h"

namespace convoy {
namespace {

constexpr std::size_t chunk_floats = 16384;  // 64 KB: parameters, gradients and slots of a chunk stay in L2

bool is_regularised(const ParameterDeclaration& declaration) { return declaration.l1 != 0 || declaration.l2 != 0; }

/// Adds the gradients of a tensor's regularisers to `g` and returns their penalty, for a part of the tensor.
double add_regulariser_gradients(std::span<const float> w, std::span<float> g,
                                 const ParameterDeclaration& declaration) {
  const auto l1 = static_cast<float>(declaration.l1);
  const auto twice_l2 = static_cast<float>(2 * declaration.l2);
  double absolute = 0;
  double squares = 0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double value = w[i];
    absolute += std::abs(value);
    squares += value * value;
    const float sign = static_cast<float>(w[i] > 0) - static_cast<float>(w[i] < 0);
    g[i] += l1 * sign + twice_l2 * w[i];
  }
  return declaration.l1 * absolute + declaration.l2 * squares;
}

/// Which numbers of a tensor belong to one output: number i to output i / step % count.
struct Outputs {
  std::size_t count, step;

  template <class Visit>
  void each_of(std::size_t output, std::size_t size, const Visit& visit) const {
    for (std::size_t run = output * step; run < size; run += count * step) {
      for (std::size_t i = run; i < run + step; ++i) visit(i);
    }
  }
};

Outputs outputs_of(const ParameterDeclaration& declaration) {
  const int count = declaration.outputs > 0 ? declaration.outputs : declaration.shape.last();
  return {static_cast<std::size_t>(count), static_cast<std::size_t>(declaration.output_step)};
}

/// Scales down the numbers of each output whose norm exceeds max_norm.
void limit_norms(std::span<float> values, const Outputs& outputs, double max_norm) {
  constexpr double tiny = 1e-7;  // Keras's epsilon
  for (std::size_t output = 0; output < outputs.count; ++output) {
    double squares = 0;
    outputs.each_of(output, values.size(),
                    [&](std::size_t i) { squares += static_cast<double>(values[i]) * static_cast<double>(values[i]); });
    const double norm = std::sqrt(squares);
    if (norm <= max_norm) continue;
    const auto factor = static_cast<float>(max_norm / (norm + tiny));
    outputs.each_of(output, values.size(), [&](std::size_t i) { values[i] *= factor; });
  }
}

}  // namespace

GradientTools::GradientTools(std::vector<ParameterRange> tensors, ThreadPool& pool)
    : tensors_(std::move(tensors)), pool_(pool) {
  for (std::size_t t = 0; t < tensors_.size(); ++t) {
    const ParameterRange& tensor = tensors_[t];
    if (!tensor.trainable) continue;
    regularised_ = regularised_ || is_regularised(tensor.declaration);
    for (std::size_t begin = 0; begin < tensor.size; begin += chunk_floats) {
      chunks_.push_back({tensor.offset + begin, std::min(chunk_floats, tensor.size - begin), t});
    }
  }
  partial_.resize(chunks_.size());
  tensor_sums_.resize(tensors_.size());
}

double GradientTools::sum_of_partial() const { return std::accumulate(partial_.begin(), partial_.end(), 0.0); }

double GradientTools::regularise(std::span<const float> parameters, std::span<float> gradients) {
  if (!regularised_) return 0;
  pool_.run(static_cast<int>(chunks_.size()), [&](int task, int) {
    const Chunk& chunk = chunks_[static_cast<std::size_t>(task)];
    const ParameterDeclaration& declaration = tensor_of(chunk).declaration;
    partial_[static_cast<std::size_t>(task)] =
        is_regularised(declaration)
            ? add_regulariser_gradients(parameters.subspan(chunk.offset, chunk.size),
                                        gradients.subspan(chunk.offset, chunk.size), declaration)
            : 0;
  });
  return sum_of_partial();
}

void GradientTools::sum_squares(std::span<const float> gradients) {
  pool_.run(static_cast<int>(chunks_.size()), [&](int task, int) {
    const Chunk& chunk = chunks_[static_cast<std::size_t>(task)];
    partial_[static_cast<std::size_t>(task)] =
        kernels::elementwise().sum_of_squares(gradients.data() + chunk.offset, chunk.size);
  });
}

double GradientTools::norm(std::span<const float> gradients) {
  sum_squares(gradients);
  return std::sqrt(sum_of_partial());
}

void GradientTools::clip_norm(std::span<float> gradients, double norm, double max_norm) {
  if (norm <= max_norm) return;
  const auto factor = static_cast<float>(max_norm / norm);
  pool_.run(static_cast<int>(chunks_.size()), [&](int task, int) {
    const Chunk& chunk = chunks_[static_cast<std::size_t>(task)];
    for (float& g : gradients.subspan(chunk.offset, chunk.size)) g *= factor;
  });
}

void GradientTools::clip_tensor_norms(std::span<float> gradients, double max_norm) {
  sum_squares(gradients);
  std::vector<double>& sums = tensor_sums_;
  std::ranges::fill(sums, 0.0);
  for (std::size_t i = 0; i < chunks_.size(); ++i) sums[chunks_[i].tensor] += partial_[i];
  pool_.run(static_cast<int>(chunks_.size()), [&](int task, int) {
    const Chunk& chunk = chunks_[static_cast<std::size_t>(task)];
    const double norm = std::sqrt(sums[chunk.tensor]);
    if (norm <= max_norm) return;
    const auto factor = static_cast<float>(max_norm / norm);
    for (float& g : gradients.subspan(chunk.offset, chunk.size)) g *= factor;
  });
}

void GradientTools::clip_value(std::span<float> gradients, double limit) {
  const auto bound = static_cast<float>(limit);
  pool_.run(static_cast<int>(chunks_.size()), [&](int task, int) {
    const Chunk& chunk = chunks_[static_cast<std::size_t>(task)];
    for (float& g : gradients.subspan(chunk.offset, chunk.size)) g = std::clamp(g, -bound, bound);
  });
}

void GradientTools::constrain(std::span<float> parameters) {
  for (const ParameterRange& tensor : tensors_) {
    if (!tensor.trainable || tensor.declaration.max_norm <= 0) continue;
    limit_norms(parameters.subspan(tensor.offset, tensor.size), outputs_of(tensor.declaration),
                tensor.declaration.max_norm);
  }
}

}  // namespace convoy
