#pragma once

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// In training sets a share `rate` of the values to 0 and scales the others by 1 / (1 - rate) (Srivastava et al. 2014);
/// otherwise passes them on. Which ones is a function of seed, step, sample and layer.
class Dropout final : public SampleLayer {
 public:
  explicit Dropout(const convoy::Dropout& options);
  static const Described<convoy::Dropout>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;
  void draw(std::uint8_t* keep, const Pass& pass, int sample) const;

  double rate_;
  std::size_t size_ = 0;
};

}  // namespace convoy::layers
