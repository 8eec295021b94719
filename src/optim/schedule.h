#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "convoy/callbacks.h"
#include "convoy/settings.h"
#include "core/described.h"
#include "core/open_table.h"

namespace convoy {

/// The learning rate as a function of the step, as a factor of the optimizer's own rate.
class Schedule {
 public:
  virtual ~Schedule() = default;

  /// Where a training stands, and how long it is.
  struct Time {
    std::uint64_t step = 0;   ///< 0, 1, ...
    std::uint64_t total = 0;  ///< steps of the whole training
    std::uint64_t steps_an_epoch = 1;
  };

  virtual double factor(const Time& time) const = 0;

  /// Told of each epoch; only "plateau" listens. Its state is saved with a checkpoint.
  virtual void epoch_ended(const EpochLog&) {}
  virtual std::vector<double> state() const { return {}; }
  virtual void restore(const std::vector<double>& /*state*/) {}
};

using ScheduleType = TypeRow<Schedule>;
const std::vector<ScheduleType>& schedule_types();
/// The same, for a program that adds its own.
OpenTable<ScheduleType>& schedule_table();

/// The keys that all schedules share: warmup_steps.
std::vector<KeySchema> common_schedule_keys();

/// Throws Error{config} for an unknown type. `spec.settings` must be complete.
std::unique_ptr<Schedule> make_schedule(const Spec& spec);

}  // namespace convoy
