#include "optim/stepper.h"

#include <algorithm>
#include <cmath>

namespace convoy {

Stepper::Stepper(const Spec& optimizer, std::vector<Tensor> tensors, std::size_t floats, ThreadPool& pool)
    : optimizer_(make_optimizer(optimizer)),
      clip_norm_(optimizer.settings.number("clip_norm")),
      clip_value_(optimizer.settings.number("clip_value")),
      decay_all_(optimizer.settings.flag("decay_all")),
      pool_(pool),
      tools_(std::move(tensors), pool),
      slot_names_(optimizer_->slot_names()) {
  for (std::size_t i = 0; i < slot_names_.size(); ++i) slots_.emplace_back(floats);
}

Stepper::Result Stepper::step(std::span<float> parameters, std::span<float> gradients, double learning_rate) {
  const double penalty = tools_.regularise(parameters, gradients);
  const double norm = tools_.norm(gradients);
  if (!std::isfinite(norm)) return {penalty, norm};
  if (clip_norm_ > 0) tools_.clip_norm(gradients, norm, clip_norm_);
  if (clip_value_ > 0) tools_.clip_value(gradients, clip_value_);
  ++steps_;
  pool_.run(static_cast<int>(tools_.chunks().size()), [&](int task, int) {
    update(tools_.chunks()[static_cast<std::size_t>(task)], parameters, gradients, learning_rate);
  });
  tools_.constrain(parameters);
  return {penalty, norm};
}

void Stepper::reset() {
  for (auto& slot : slots_) std::ranges::fill(slot.span(), 0.0F);
  steps_ = 0;
}

void Stepper::update(const Chunk& chunk, std::span<float> parameters, std::span<const float> gradients,
                     double learning_rate) {
  constexpr std::size_t most_slots = 4;
  float* slots[most_slots] = {};
  for (std::size_t i = 0; i < slots_.size(); ++i) slots[i] = slots_[i].data() + chunk.offset;
  optimizer_->update({.parameters = parameters.data() + chunk.offset,
                      .gradients = gradients.data() + chunk.offset,
                      .slots = slots,
                      .count = chunk.size,
                      .decayed = decay_all_ || tools_.tensor_of(chunk).spec.decayed},
                     learning_rate, steps_);
}

}  // namespace convoy
