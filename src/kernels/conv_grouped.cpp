#include <algorithm>

#include "core/aligned_buffer.h"
#include "kernels/conv.h"

namespace convoy::kernels {
namespace {

/// The shape of the convolution of one group.
ConvShape shape_of_group(ConvShape shape) {
  shape.in_c /= shape.groups;
  shape.out_c /= shape.groups;
  shape.groups = 1;
  return shape;
}

/// Copies columns [column, column + width) of `from`, a matrix with `all` columns, to `to`, which has these only.
void take_columns(float* to, const float* from, std::size_t rows, int all, int column, int width) {
  from += column;
  for (std::size_t row = 0; row < rows; ++row, from += all) to = std::copy_n(from, width, to);
}
/// Copies `from`, which has `width` columns, to columns [column, column + width) of `to`, which has `all`.
void put_columns(float* to, const float* from, std::size_t rows, int all, int column, int width) {
  to += column;
  for (std::size_t row = 0; row < rows; ++row, to += all, from += width) std::copy_n(from, width, to);
}
/// Adds `from`, which has `width` columns, to columns [column, column + width) of `to`, which has `all`.
void add_columns(float* to, const float* from, std::size_t rows, int all, int column, int width) {
  to += column;
  for (std::size_t row = 0; row < rows; ++row, to += all) {
    for (int i = 0; i < width; ++i) to[i] += *from++;
  }
}

/// The engine for groups of channels: another engine computes each group, on a copy of its channels.
class GroupedConv final : public ConvEngine {
 public:
  GroupedConv(const ConvShape& shape, std::unique_ptr<const ConvEngine> engine)
      : ConvEngine(shape), group_(shape_of_group(shape)), engine_(std::move(engine)) {}

  std::size_t scratch_floats() const override {
    return image_floats() + round_to_line(group_.out_floats()) + round_to_line(group_.kernel_floats()) +
           engine_->scratch_floats();
  }
  /// Packed weights are, for each group, its kernel and that kernel as the engine packs it.
  std::size_t forward_weights_floats() const override { return groups() * (kernel_floats() + forward_packed()); }
  std::size_t backward_weights_floats() const override { return groups() * (kernel_floats() + backward_packed()); }

  void pack_forward(float* weights, const float* kernel) const override {
    for (int g = 0; g < s_.groups; ++g, weights += kernel_floats() + forward_packed()) {
      take_kernel(weights, kernel, g);
      engine_->pack_forward(weights + kernel_floats(), weights);
    }
  }
  void pack_backward(float* weights, const float* kernel) const override {
    for (int g = 0; g < s_.groups; ++g, weights += kernel_floats() + backward_packed()) {
      take_kernel(weights, kernel, g);
      engine_->pack_backward(weights + kernel_floats(), weights);
    }
  }

  void forward(float* y, const float* x, const float* weights, const float* bias, float* scratch,
               RowRange) const override {
    const Work work = work_in(scratch);
    for (int g = 0; g < s_.groups; ++g, weights += kernel_floats() + forward_packed()) {
      take_columns(work.image, x, in_pixels(), s_.in_c, g * group_.in_c, group_.in_c);
      const float* packed = forward_packed() == 0 ? weights : weights + kernel_floats();
      engine_->forward(work.output, work.image, packed,
                       bias == nullptr ? nullptr : bias + std::ptrdiff_t{g} * group_.out_c, work.engine, {0, s_.out_h});
      put_columns(y, work.output, out_pixels(), s_.out_c, g * group_.out_c, group_.out_c);
    }
  }

  void backward_kernel(float* sums, const float* d_y, const float* x, float* scratch) const override {
    const Work work = work_in(scratch);
    const std::size_t rows = group_.kernel_floats() / static_cast<std::size_t>(group_.out_c);
    for (int g = 0; g < s_.groups; ++g) {
      take_columns(work.image, x, in_pixels(), s_.in_c, g * group_.in_c, group_.in_c);
      take_columns(work.output, d_y, out_pixels(), s_.out_c, g * group_.out_c, group_.out_c);
      std::fill_n(work.kernel, group_.kernel_floats(), 0.0F);
      engine_->backward_kernel(work.kernel, work.output, work.image, work.engine);
      add_columns(sums, work.kernel, rows, s_.out_c, g * group_.out_c, group_.out_c);
    }
  }

  void backward_data(float* d_x, const float* d_y, const float* weights, float* scratch) const override {
    const Work work = work_in(scratch);
    for (int g = 0; g < s_.groups; ++g, weights += kernel_floats() + backward_packed()) {
      take_columns(work.output, d_y, out_pixels(), s_.out_c, g * group_.out_c, group_.out_c);
      const float* packed = backward_packed() == 0 ? weights : weights + kernel_floats();
      engine_->backward_data(work.image, work.output, packed, work.engine);
      put_columns(d_x, work.image, in_pixels(), s_.in_c, g * group_.in_c, group_.in_c);
    }
  }

 private:
  /// The parts of a scratch: one group's image, output and kernel, and the engine's scratch.
  struct Work {
    float* image;
    float* output;
    float* kernel;
    float* engine;
  };
  /// Divides a scratch into its parts.
  Work work_in(float* scratch) const {
    float* output = scratch + image_floats();
    float* kernel = output + round_to_line(group_.out_floats());
    return {scratch, output, kernel, kernel + round_to_line(group_.kernel_floats())};
  }

  std::size_t groups() const { return static_cast<std::size_t>(s_.groups); }
  /// Sizes for one group, rounded up to whole cache lines: image, kernel, and the kernel as the engine packs it.
  std::size_t image_floats() const { return round_to_line(group_.in_floats()); }
  std::size_t kernel_floats() const { return round_to_line(group_.kernel_floats()); }
  std::size_t forward_packed() const { return round_to_line(engine_->forward_weights_floats()); }
  std::size_t backward_packed() const { return round_to_line(engine_->backward_weights_floats()); }
  std::size_t in_pixels() const { return group_.in_floats() / static_cast<std::size_t>(group_.in_c); }
  std::size_t out_pixels() const { return group_.out_floats() / static_cast<std::size_t>(group_.out_c); }

  /// Copies the kernel of group g to `to`.
  void take_kernel(float* to, const float* kernel, int g) const {
    const std::size_t rows = group_.kernel_floats() / static_cast<std::size_t>(group_.out_c);
    take_columns(to, kernel, rows, s_.out_c, g * group_.out_c, group_.out_c);
  }

  ConvShape group_;
  std::unique_ptr<const ConvEngine> engine_;
};

}  // namespace

std::unique_ptr<const ConvEngine> make_grouped_conv(const std::string& engine, const ConvShape& shape) {
  const ConvShape group = shape_of_group(shape);
  std::unique_ptr<const ConvEngine> of_group;
  if (engine == "blas") of_group = make_blas_conv(group);
  if (!of_group) of_group = make_direct_conv(group);
  if (!of_group) of_group = make_lowered_conv(group);
  return std::make_unique<GroupedConv>(shape, std::move(of_group));
}

}  // namespace convoy::kernels
