#include "kernels/pool.h"
#include "layers/check.h"
#include "layers/described_layer.h"
#include "layers/layer.h"
#include "layers/registry.h"

namespace convoy::layers {

/// (H, W, C) -> (C), the mean over height and width.
class GlobalAvgPool final : public SampleLayer {
 public:
  explicit GlobalAvgPool(const convoy::GlobalAvgPool&) {}
  static const Described<convoy::GlobalAvgPool>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  kernels::PoolShape shape_{};
};

const Described<convoy::GlobalAvgPool>& GlobalAvgPool::described() {
  static const Described<convoy::GlobalAvgPool> all{"global_avg_pool", "The mean over height and width, by channel."};
  return all;
}

Declaration GlobalAvgPool::setup(std::span<const Shape> inputs) {
  const Shape& input = image_input(inputs);
  // Average pooling with one window as large as the image.
  shape_ = {.in_h = input[0],
            .in_w = input[1],
            .channels = input[2],
            .out_h = 1,
            .out_w = 1,
            .pool_h = input[0],
            .pool_w = input[1],
            .stride_h = 1,
            .stride_w = 1,
            .pad_h = 0,
            .pad_w = 0};
  return {.output = {input[2]}, .folding = Folding::passes_affine};
}

void GlobalAvgPool::forward_sample(const Pass& pass, const Task& task) const {
  kernels::pool().average_forward(pass.output[task.index], pass.inputs[0][task.index], shape_);
}

void GlobalAvgPool::backward_sample(const Pass& pass, const Task& task) const {
  if (!pass.d_inputs[0]) return;
  kernels::pool().average_backward(pass.d_inputs[0][task.index], pass.d_output[task.index], shape_);
}

LayerType global_avg_pool_row() { return type_row<Layer, GlobalAvgPool>(GlobalAvgPool::described()); }

}  // namespace convoy::layers

convoy::GlobalAvgPool::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::GlobalAvgPool::described(), *this);
}
