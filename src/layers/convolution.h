#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "convoy/fields.h"
#include "kernels/conv.h"
#include "layers/layer.h"

namespace convoy::layers {

inline std::pair<int, int> pair_of(const Size2& size) { return {size.height, size.width}; }

/// What the kernels are told of the keys that convolutions share.
template <class Options>
kernels::ConvOptions kernel_options(const Options& options) {
  return {.kernel = pair_of(options.kernel),
          .stride = pair_of(options.stride),
          .dilation = pair_of(options.dilation),
          .same = options.padding.same(),
          .sides = options.padding.sides};
}

/// The keys that say where a kernel's numbers meet the image.
constexpr int largest_step = 4096;
template <class Options>
Fields<Options> window_fields() {
  return Fields<Options>()
      .add("kernel", &Options::kernel, "Height and width of the kernel; one number stands for both.",
           {.min = 1, .max = largest_step})
      .add("stride", &Options::stride, "Pixels from one place of the kernel to the next.",
           {.min = 1, .max = largest_step})
      .add("padding", &Options::padding,
           "\"valid\" adds no border; \"same\" adds zeros so that the output is input / stride, rounded up, the odd "
           "one at the end (Keras); a number adds as many zeros at each side: 1 is PyTorch's padding=1, which at "
           "stride 2 puts the zeros elsewhere than \"same\".",
           {.min = 0, .max = largest_step, .choices = {"valid", "same"}})
      .add("dilation", &Options::dilation, "Pixels from one number of the kernel to the next.",
           {.min = 1, .max = largest_step});
}

/// An engine's work in a layer's memory: packed weights, from `shared_at` on of what the session shares, and what each
/// group of samples adds up for the kernel's gradient, from `sums_at` on of its sums.
class Convolution {
 public:
  void set_up(const std::string& engine, const kernels::ConvShape& shape, std::size_t shared_at = 0,
              std::size_t sums_at = 0);

  const kernels::ConvShape& shape() const { return shape_; }
  std::size_t scratch_floats() const { return engine_->scratch_floats(); }
  std::size_t shared_floats() const;
  std::size_t sums_floats() const;
  bool divisible() const { return engine_->divisible(); }

  /// Stages that pack the kernel, parameter number `kernel`, for `forward` or for `backward_data`. None where the
  /// engine reads it as it is. `for_input`: not where nobody needs the gradient of the layer's input.
  Stages pack_for_forward(std::size_t kernel) const;
  Stages pack_for_backward_data(std::size_t kernel, bool for_input) const;

  void forward(const Pass& pass, float* y, const float* x, const float* kernel, const float* bias, float* scratch,
               kernels::RowRange rows) const;
  void forward(const Pass& pass, float* y, const float* x, const float* kernel, const float* bias,
               float* scratch) const {
    forward(pass, y, x, kernel, bias, scratch, {0, shape_.out_h});
  }
  void backward_kernel(const Pass& pass, int group, const float* d_y, const float* x, float* scratch) const;
  void backward_data(const Pass& pass, float* d_x, const float* d_y, const float* kernel, float* scratch) const;

  /// Adds up the groups in order, of each tap one chunk: `parts` calls do all.
  int parts() const;
  void add_groups(const Pass& pass, int part, float* gradient) const;

 private:
  float* packed_forward(const Pass& pass) const;
  float* packed_backward(const Pass& pass) const;
  int tap_floats() const { return shape_.group_in_c() * shape_.out_c; }

  kernels::ConvShape shape_;
  std::unique_ptr<const kernels::ConvEngine> engine_;
  std::size_t shared_at_ = 0;
  std::size_t sums_at_ = 0;
};

/// Adds up the groups' sums of a bias, which stand at `sums_at`.
void add_bias_groups(const Pass& pass, std::size_t sums_at, int channels, float* gradient);

}  // namespace convoy::layers
