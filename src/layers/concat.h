#pragma once

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// Joins two or more inputs along the last axis; their other extents agree.
class Concat final : public SampleLayer {
 public:
  explicit Concat(const convoy::Concat&) {}
  static const Described<convoy::Concat>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  std::size_t rows_ = 0;               ///< pixels, or 1 for feature vectors
  std::vector<std::size_t> channels_;  ///< by input
  std::size_t all_channels_ = 0;
};

}  // namespace convoy::layers
