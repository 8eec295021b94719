#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "convoy/callbacks.h"
#include "convoy/settings.h"
#include "core/described.h"
#include "core/open_table.h"

namespace convoy {

/// A learning rate as a function of the step, in the form of a factor of the optimizer's rate.
class Schedule {
 public:
  virtual ~Schedule() = default;

  /// A moment of a training, and the training's length.
  struct Time {
    std::uint64_t step = 0;   ///< 0, 1, ...
    std::uint64_t total = 0;  ///< steps of the whole training
    std::uint64_t steps_an_epoch = 1;
  };

  /// The factor for a step.
  virtual double factor(const Time& time) const = 0;

  /// Takes note of an epoch; only "plateau" does, whose factor may change.
  virtual void epoch_ended(const EpochLog&) {}
  /// The numbers that a checkpoint keeps, for restore(); empty for most.
  virtual std::vector<double> state() const { return {}; }
  /// Sets the state to that of a checkpoint. Throws Error{data} where it does not fit.
  virtual void restore(const std::vector<double>& /*state*/) {}
};

using ScheduleType = TypeRow<Schedule>;
/// The types of schedules. After the first call none can be registered.
const std::vector<ScheduleType>& schedule_types();
/// The table behind schedule_types(), to which a program may add.
OpenTable<ScheduleType>& schedule_table();

/// The keys that all schedules share: warmup_steps and warmup_from_zero.
std::vector<KeySchema> common_schedule_keys();

/// The schedule of that type, with its warmup. Throws Error{config} for an unknown type. `spec.settings` must be
/// complete.
std::unique_ptr<Schedule> make_schedule(const Spec& spec);

}  // namespace convoy
