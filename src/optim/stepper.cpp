#include "optim/stepper.h"

#include <algorithm>
#include <cmath>

#include "kernels/optimizer.h"

namespace convoy {

Stepper::Stepper(const Spec& optimizer, std::vector<Tensor> tensors, std::size_t floats, ThreadPool& pool)
    : optimizer_(make_optimizer(optimizer)),
      clip_norm_(optimizer.settings.number("clip_norm")),
      clip_tensor_norm_(optimizer.settings.number("clip_tensor_norm")),
      clip_value_(optimizer.settings.number("clip_value")),
      lookahead_steps_(optimizer.settings.integer("lookahead.steps")),
      lookahead_rate_(optimizer.settings.number("lookahead.rate")),
      decay_all_(optimizer.settings.flag("decay_all")),
      pool_(pool),
      tools_(std::move(tensors), pool),
      slot_names_(optimizer_->slot_names()) {
  if (lookahead_steps_ > 0) slot_names_.emplace_back("slow");
  for (std::size_t i = 0; i < slot_names_.size(); ++i) slots_.emplace_back(floats);
}

Stepper::Result Stepper::step(std::span<float> parameters, std::span<float> gradients, double learning_rate) {
  const double penalty = tools_.regularise(parameters, gradients);
  const double norm = tools_.norm(gradients);
  if (!std::isfinite(norm)) return {penalty, norm};
  if (clip_norm_ > 0) tools_.clip_norm(gradients, norm, clip_norm_);
  if (clip_tensor_norm_ > 0) tools_.clip_tensor_norms(gradients, clip_tensor_norm_);
  if (clip_value_ > 0) tools_.clip_value(gradients, clip_value_);
  if (steps_ == 0 && lookahead_steps_ > 0) std::ranges::copy(parameters, slots_.back().data());
  ++steps_;
  optimizer_->begin_step(steps_);
  pool_.run(static_cast<int>(tools_.chunks().size()), [&](int task, int) {
    update_chunk(tools_.chunks()[static_cast<std::size_t>(task)], parameters, gradients, learning_rate);
  });
  if (lookahead_steps_ > 0 && steps_ % static_cast<std::uint64_t>(lookahead_steps_) == 0) look_ahead(parameters);
  tools_.constrain(parameters);
  return {penalty, norm};
}

void Stepper::look_ahead(std::span<float> parameters) {
  pool_.run(static_cast<int>(tools_.chunks().size()), [&](int task, int) {
    const Chunk& chunk = tools_.chunks()[static_cast<std::size_t>(task)];
    kernels::optimizer().lookahead(parameters.data() + chunk.offset, slots_.back().data() + chunk.offset, chunk.size,
                                   static_cast<float>(lookahead_rate_));
  });
}

void Stepper::reset() {
  for (auto& slot : slots_) std::ranges::fill(slot.span(), 0.0F);
  steps_ = 0;
}

void Stepper::update_chunk(const Chunk& chunk, std::span<float> parameters, std::span<const float> gradients,
                           double learning_rate) {
  optimizer_->update({.parameters = parameters.data() + chunk.offset,
                      .gradients = gradients.data() + chunk.offset,
                      .slots = slots_,
                      .first = chunk.offset,
                      .count = chunk.size,
                      .decayed = decay_all_ || tools_.tensor_of(chunk).declaration.decayed},
                     learning_rate, steps_);
}

}  // namespace convoy
