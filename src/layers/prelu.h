#pragma once

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// y = x where x > 0, else alpha * x with alpha learnt (He et al. 2015), for each number of the input, for each
/// channel, or one for all.
class PReLU final : public Layer {
 public:
  explicit PReLU(const convoy::PReLU& options) : options_(options) {}
  static const Described<convoy::PReLU>& described();

  Declaration setup(std::span<const Shape> inputs) override;
  Stages forward(Mode mode, bool trainable) const override;
  Stages backward(bool trainable) const override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const;
  void backward_sample(const Pass& pass, const Task& task) const;
  void add_groups(const Pass& pass) const;
  /// The slopes of a row: the parameter, or a worker's copies of the only one.
  const float* row_slopes(const Pass& pass, const Task& task) const;

  convoy::PReLU options_;
  std::size_t rows_ = 0;   ///< with the same slopes
  std::size_t width_ = 0;  ///< of a row
};

}  // namespace convoy::layers
