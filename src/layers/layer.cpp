#include "layers/layer.h"

#include <algorithm>

#include "convoy/error.h"
#include "kernels/elementwise.h"

namespace convoy {

const float* Pass::sum_groups(std::size_t at, std::size_t count) const {
  using Sum = SampleGroups::Sum;
  const auto combine = [&](Sum left, Sum right) {
    float* sums = group_sums[left.group] + at;
    kernels::elementwise().add(sums, sums, group_sums[right.group] + at, count);
  };
  groups.reduce([](Sum) {}, combine);
  return group_sums[0] + at;
}

int Task::row_of(int which, int rows) const {
  const std::int64_t units = (rows + band_rows - 1) / band_rows;
  return std::min(static_cast<int>(units * which / bands) * band_rows, rows);
}

Band::Band(const Shape& shape, const Task& task) {
  const std::size_t row = shape.size() / static_cast<std::size_t>(shape[0]);
  first = static_cast<std::size_t>(task.first_row(shape[0])) * row;
  count = static_cast<std::size_t>(task.end_row(shape[0])) * row - first;
}

void Layer::affine_map(std::span<const float* const>, std::span<const float* const>, std::span<double>,
                       std::span<double>) const {
  throw Error(ErrorKind::failed, "this layer is no affine map");
}

Stages SampleLayer::forward(Mode, bool) const {
  return {{.body = [this](const Pass& pass, const Task& task) { forward_sample(pass, task); },
           .band_rows = band_by_band() ? 1 : 0,
           .band_by_band = band_by_band()}};
}

Stages SampleLayer::backward(bool) const {
  return {{Stage::by_sample, [this](const Pass& pass, const Task& task) { backward_sample(pass, task); }}};
}

}  // namespace convoy
