#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "convoy/settings.h"
#include "core/aligned_buffer.h"
#include "core/described.h"
#include "core/open_table.h"

namespace convoy {

/// A rule that turns gradients into steps of the parameters, element by element.
class Optimizer {
 public:
  /// A piece of a parameter tensor with its gradients and the optimizer's memory of it.
  struct Piece {
    float* parameters;
    const float* gradients;
    std::span<AlignedBuffer<float>> slots;  ///< of all parameters, as many as slot_names()
    std::size_t first;                      ///< index of the piece's first number in them
    std::size_t count;
    bool decayed;  ///< whether weight decay applies to it

    /// Its `count` numbers of a slot, which update() changes.
    float* slot(std::size_t which) const { return slots[which].data() + first; }
  };

  virtual ~Optimizer() = default;

  /// The names of the arrays that it keeps, of a number for each parameter, all 0 at first: {"m", "v"} for Adam.
  virtual std::vector<std::string> slot_names() const = 0;

  /// Is called once before the pieces of a step, which counts from 1; an optimizer may prepare what the step needs.
  virtual void begin_step(std::uint64_t /*step*/) {}

  /// Takes a step on one piece: changes its parameters and slots. `learning_rate` includes the schedule's factor;
  /// `step` counts from 1. Is called in parallel.
  virtual void update(const Piece& piece, double learning_rate, std::uint64_t step) const = 0;
};

using OptimizerType = TypeRow<Optimizer>;
/// The types of optimizers. After the first call none can be registered.
const std::vector<OptimizerType>& optimizer_types();
/// The table behind optimizer_types(), to which a program may add.
OpenTable<OptimizerType>& optimizer_table();

/// The keys that all optimizers share: clipping, Lookahead, decay_all.
std::vector<KeySchema> common_optimizer_keys();

/// The first key of every optimizer: learning_rate, 0.001 unless given.
KeySchema learning_rate_key();

/// The optimizer of that type. Throws Error{config} for an unknown type. `spec.settings` must be complete.
std::unique_ptr<Optimizer> make_optimizer(const Spec& spec);

}  // namespace convoy
