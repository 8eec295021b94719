#include "layers/layer.h"

#include "convoy/error.h"

namespace convoy {

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
