#include "layers/layer.h"

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

void Layer::affine_map(std::span<const float* const>, std::span<const float* const>, std::span<double>,
                       std::span<double>) const {
  throw Error(ErrorKind::failed, "this layer is no affine map");
}

Stages SampleLayer::forward(Mode, bool) const {
  return {{Stage::by_sample, [this](const Pass& pass, const Task& task) { forward_sample(pass, task); }}};
}

Stages SampleLayer::backward(bool) const {
  return {{Stage::by_sample, [this](const Pass& pass, const Task& task) { backward_sample(pass, task); }}};
}

}  // namespace convoy
