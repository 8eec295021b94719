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

/// The options of a convolution's kernels by the keys that convolutions share; the layer adds filters and groups.
template <class Options>
kernels::ConvOptions kernel_options(const Options& options) {
  return {.kernel = pair_of(options.kernel),
          .stride = pair_of(options.stride),
          .dilation = pair_of(options.dilation),
          .same = options.padding.same(),
          .sides = options.padding.sides};
}

/// The largest extent of a kernel, stride, padding and dilation.
constexpr int largest_step = 4096;

/// The keys that say where a kernel's numbers meet the image: kernel, stride, padding, dilation.
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

/// A convolution engine (kernels/conv.h) with its place in a layer's memory: the packed weights begin at `shared_at` in
/// Pass::shared, and the kernel's gradient at `sums_at` in each group's sums. An engine whose sums are not the gradient
/// itself has them at the beginning of Pass::group_scratch.
class Convolution {
 public:
  /// Makes the engine for this shape, and keeps where its memory begins. Called before all others.
  void set_up(const std::string& engine, const kernels::ConvShape& shape, std::size_t shared_at = 0,
              std::size_t sums_at = 0);

  const kernels::ConvShape& shape() const { return shape_; }
  std::size_t scratch_floats() const { return engine_->scratch_floats(); }
  /// The floats of Pass::shared that the packed weights take.
  std::size_t shared_floats() const;
  /// The floats of each group's sums that the kernel's gradient takes.
  std::size_t sums_floats() const;
  std::size_t group_scratch_floats() const;
  int band_rows() const { return engine_->band_rows(); }

  /// The early stage that packs the kernel, parameter number `kernel`, into Pass::shared for `forward` or for
  /// `backward_data`; no stage where the engine reads the kernel as it is. With `for_input` it packs nothing in passes
  /// in which nobody needs the gradient of the layer's input.
  Stages pack_for_forward(std::size_t kernel) const;
  Stages pack_for_backward_data(std::size_t kernel, bool for_input) const;

  /// Assigns these rows of y, or all of them, from x, by the packed kernel, or by `kernel` where the engine packs
  /// nothing. `bias` may be null.
  void forward(const Pass& pass, float* y, const float* x, const float* kernel, const float* bias, float* scratch,
               kernels::RowRange rows) const;
  void forward(const Pass& pass, float* y, const float* x, const float* kernel, const float* bias,
               float* scratch) const {
    forward(pass, y, x, kernel, bias, scratch, {0, shape_.out_h});
  }
  /// Adds what sample task.index gives to the kernel's gradient to the sums of its group.
  void backward_kernel(const Pass& pass, const Task& task, const float* d_y, const float* x, float* scratch) const;
  /// Whether the kernel's gradient is made for all samples of a group at once, which is faster.
  bool joins_samples() const { return engine_->joins_images(); }
  /// Adds what the samples of group task.group give to the kernel's gradient to the group's sums.
  void backward_kernel_of_group(const Pass& pass, const Task& task, const BatchView& d_y, const BatchView& x,
                                float* scratch) const;
  /// Assigns d_x from d_y, by the packed kernel, or by `kernel` where the engine packs nothing.
  void backward_data(const Pass& pass, float* d_x, const float* d_y, const float* kernel, float* scratch) const;

  /// The number of parts that add_groups divides the kernel's gradient into.
  int parts() const;
  /// Adds the groups' sums of one part up, and the total to the kernel's `gradient`.
  void add_groups(const Pass& pass, int part, float* gradient) const;

 private:
  /// The kernel as packed for forward, in Pass::shared; null where the engine reads the kernel as it is.
  float* packed_forward(const Pass& pass) const;
  /// The kernel as packed for backward_data, behind forward's; null where the engine reads the kernel as it is.
  float* packed_backward(const Pass& pass) const;
  /// Where a worker adds up the samples of a group.
  float* sums_of(const Pass& pass, const Task& task) const;
  /// Adds the gradient that a worker's complete sums hold to the group's, if it is not the same.
  void finish_group(const Pass& pass, const Task& task) const;

  kernels::ConvShape shape_;
  std::unique_ptr<const kernels::ConvEngine> engine_;
  std::size_t shared_at_ = 0;
  std::size_t sums_at_ = 0;
};

/// Adds the groups' sums of a bias, which begin at `sums_at`, up, and the total to `gradient`.
void add_bias_groups(const Pass& pass, std::size_t sums_at, int channels, float* gradient);

}  // namespace convoy::layers
