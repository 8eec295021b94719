#include "layers/layer.h"

namespace convoy {

Sweeps SampleLayer::forward(Mode, bool) const {
  return {{Sweep::by_sample, [this](const Pass& pass, const Task& task) { forward_sample(pass, task); }}};
}

Sweeps SampleLayer::backward(bool) const {
  return {{Sweep::by_sample, [this](const Pass& pass, const Task& task) { backward_sample(pass, task); }}};
}

}  // namespace convoy
