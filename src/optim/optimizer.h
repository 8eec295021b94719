#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "convoy/settings.h"
#include "core/described.h"
#include "core/open_table.h"

namespace convoy {

/// A rule that turns gradients into steps, element by element.
class Optimizer {
 public:
  /// One piece of a parameter tensor with its gradient and the optimizer's memory of it.
  struct Piece {
    float* parameters;
    const float* gradients;
    float* const* slots;  ///< slot_names().size() arrays
    std::size_t count;
    bool decayed;  ///< weight decay applies to it
  };

  virtual ~Optimizer() = default;

  /// The arrays it keeps for each parameter, all zero at first: {"m", "v"} for Adam.
  virtual std::vector<std::string> slot_names() const = 0;

  /// Once before the pieces of a step, which counts from 1.
  virtual void begin_step(std::uint64_t /*step*/) {}

  /// One step on one piece. `learning_rate` comes from the schedule; `step` counts from 1. Called in parallel.
  virtual void update(const Piece& piece, double learning_rate, std::uint64_t step) const = 0;
};

using OptimizerType = TypeRow<Optimizer>;
const std::vector<OptimizerType>& optimizer_types();
/// The same, for a program that adds its own.
OpenTable<OptimizerType>& optimizer_table();

/// The keys that all optimizers share: clipping, Lookahead, decay_all.
std::vector<KeySchema> common_optimizer_keys();

/// What every optimizer begins with: learning_rate, 0.001 unless given.
KeySchema learning_rate_key();

/// Throws Error{config} for an unknown type. `spec.settings` must be complete.
std::unique_ptr<Optimizer> make_optimizer(const Spec& spec);

}  // namespace convoy
