#include <utility>

#include "convoy/extend.h"
#include "optim/schedule.h"

namespace convoy {
namespace {

/// Adapts a program's OwnSchedule to Schedule.
class AdaptedSchedule final : public Schedule {
 public:
  explicit AdaptedSchedule(OwnSchedule own) : own_(std::move(own)) {}

  double factor(const Time& time) const override {
    return own_({.step = time.step, .steps = time.total, .steps_an_epoch = time.steps_an_epoch});
  }

 private:
  OwnSchedule own_;
};

}  // namespace

void register_schedule(const TypeSchema& type, std::function<OwnSchedule(const Settings&)> make) {
  schedule_table().add({type, [make = std::move(make)](const Settings& settings) -> std::unique_ptr<Schedule> {
                          return std::make_unique<AdaptedSchedule>(make(settings));
                        }});
}

}  // namespace convoy
