#pragma once

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// In training sets a share `rate` of the channels to 0 and scales the others by 1 / (1 - rate) (Tompson et al. 2015);
/// otherwise passes them on. Which ones is a function of seed, step, sample and layer.
class SpatialDropout final : public SampleLayer {
 public:
  explicit SpatialDropout(const convoy::SpatialDropout& options) : rate_(options.rate) {}
  static const Described<convoy::SpatialDropout>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;
  float kept_scale() const { return static_cast<float>(1 / (1 - rate_)); }

  double rate_;
  std::size_t pixels_ = 0;
  std::size_t channels_ = 0;
};

}  // namespace convoy::layers
