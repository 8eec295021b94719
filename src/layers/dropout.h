#pragma once

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// In training sets a share `rate` of the values to 0 and scales the others by 1 / (1 - rate) (Srivastava et al. 2014);
/// otherwise passes them on. Which values depends on seed, step, sample and layer only.
class Dropout final : public SampleLayer {
 public:
  explicit Dropout(const convoy::Dropout& options);
  static const Described<convoy::Dropout>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;
  /// Assigns to keep[i] 1 where value i of the sample is kept, else 0.
  void draw_kept(std::uint8_t* keep, const Pass& pass, int sample) const;

  double rate_;
  std::size_t size_ = 0;
};

}  // namespace convoy::layers
