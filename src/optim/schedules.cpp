#include "convoy/schedules.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "convoy/error.h"
#include "core/portable_math.h"
#include "optim/schedule.h"

namespace convoy {
namespace {

using Time = Schedule::Time;

/// The share of the training that is over, 0 at its first step and 1 at its last; 1 for a training of one step.
double share_of(const Time& time) {
  return time.total < 2 ? 1 : std::min(1.0, static_cast<double>(time.step) / static_cast<double>(time.total - 1));
}

/// The value at `share` of half a cosine that leads from `a` at share 0 to `b` at share 1.
double cosine_between(double a, double b, double share) {
  return b + (a - b) * 0.5 * (1 + portable::cos(std::numbers::pi * share));
}

/// The number of steps, or of whole epochs, before this moment.
std::uint64_t units_done(const Time& time, ScheduleUnit unit) {
  return unit == ScheduleUnit::steps ? time.step : time.step / std::max<std::uint64_t>(time.steps_an_epoch, 1);
}

/// Adds the key unit; `what` names the key that it is about.
template <class Struct>
Fields<Struct>& add_unit(Fields<Struct>& fields, const std::string& what) {
  return fields.add("unit", &Struct::unit, "What " + what + " counts in: steps or epochs.",
                    {.choices = {"steps", "epochs"}});
}

/// The keys that all schedules share, bound to the members of one schedule's struct.
template <class Struct>
Fields<Struct> warmup_fields() {
  return Fields<Struct>()
      .add("warmup_steps", &Struct::warmup_steps,
           "Rise linearly to the schedule over so many first steps (Goyal et al. 2017).", {.min = 0})
      .add("warmup_from_zero", &Struct::warmup_from_zero,
           "The first step has a rate of 0, as in Keras; false: 1 / (warmup_steps + 1) of it.");
}

const Fields<Constant>& constant_fields() {
  static const Fields<Constant> fields;
  return fields;
}

/// The factor 1.
class ConstantRate final : public Schedule {
 public:
  explicit ConstantRate(const Constant&) {}
  double factor(const Time&) const override { return 1; }
};

const Fields<StepDecay>& step_fields() {
  static const Fields<StepDecay> fields = [] {
    Fields<StepDecay> list;
    list.add("every", &StepDecay::every, "Steps or epochs between two reductions.", {.min = 1})
        .add("gamma", &StepDecay::gamma, "The factor of each reduction.", {.min = 1e-12, .max = 1});
    return add_unit(list, "every");
  }();
  return fields;
}

/// gamma ^ (number of times that `every` has passed).
class StepRate final : public Schedule {
 public:
  explicit StepRate(const StepDecay& options) : options_(options) {}
  double factor(const Time& time) const override {
    const std::uint64_t reductions = units_done(time, options_.unit) / static_cast<std::uint64_t>(options_.every);
    return portable::pow(options_.gamma, static_cast<double>(reductions));
  }

 private:
  StepDecay options_;
};

const Fields<MultiStepDecay>& multi_step_fields() {
  static const Fields<MultiStepDecay> fields = [] {
    Fields<MultiStepDecay> list;
    list.add("milestones", &MultiStepDecay::milestones, "At which steps or epochs the rate is reduced, up to four.",
             {.min = 1, .required = true})
        .add("gamma", &MultiStepDecay::gamma, "The factor of each reduction.", {.min = 1e-12, .max = 1});
    return add_unit(list, "milestones");
  }();
  return fields;
}

/// gamma ^ (number of milestones that were reached).
class MultiStepRate final : public Schedule {
 public:
  explicit MultiStepRate(const MultiStepDecay& options) : options_(options) {}
  double factor(const Time& time) const override {
    const auto now = static_cast<std::int64_t>(units_done(time, options_.unit));
    const auto passed = std::ranges::count_if(options_.milestones, [&](std::int64_t at) { return at <= now; });
    return portable::pow(options_.gamma, static_cast<double>(passed));
  }

 private:
  MultiStepDecay options_;
};

const Fields<ExponentialDecay>& exponential_fields() {
  static const Fields<ExponentialDecay> fields = [] {
    Fields<ExponentialDecay> list;
    list.add("decay_rate", &ExponentialDecay::decay_rate, "The factor over decay_steps.", {.min = 1e-12, .max = 1})
        .add("decay_steps", &ExponentialDecay::decay_steps, "Steps or epochs over which the factor applies.",
             {.min = 1})
        .add("staircase", &ExponentialDecay::staircase, "Change only every decay_steps.");
    return add_unit(list, "decay_steps");
  }();
  return fields;
}

/// decay_rate ^ (time / decay_steps), the exponent rounded down for a staircase.
class ExponentialRate final : public Schedule {
 public:
  explicit ExponentialRate(const ExponentialDecay& options) : options_(options) {}
  double factor(const Time& time) const override {
    const double power = static_cast<double>(units_done(time, options_.unit)) / options_.decay_steps;
    return portable::pow(options_.decay_rate, options_.staircase ? std::floor(power) : power);
  }

 private:
  ExponentialDecay options_;
};

const Fields<PolynomialDecay>& polynomial_fields() {
  static const Fields<PolynomialDecay> fields =
      Fields<PolynomialDecay>()
          .add("power", &PolynomialDecay::power, "1 falls along a line.", {.min = 1e-6, .max = 100})
          .add("end", &PolynomialDecay::end, "The share of the rate that is left at the last step.",
               {.min = 0, .max = 1});
  return fields;
}

/// end + (1 - end) (1 - share of the training) ^ power.
class PolynomialRate final : public Schedule {
 public:
  explicit PolynomialRate(const PolynomialDecay& options) : options_(options) {}
  double factor(const Time& time) const override {
    return options_.end + (1 - options_.end) * portable::pow(1 - share_of(time), options_.power);
  }

 private:
  PolynomialDecay options_;
};

const Fields<CosineDecay>& cosine_fields() {
  static const Fields<CosineDecay> fields =
      Fields<CosineDecay>()
          .add("alpha", &CosineDecay::alpha, "The share of the rate that is left at the end.", {.min = 0, .max = 1})
          .add(
              "reaches_end", &CosineDecay::reaches_end,
              "The last step has alpha; false: alpha would come one step after the last, as in Keras's CosineDecay and "
              "PyTorch's CosineAnnealingLR over all steps.");
  return fields;
}

/// Loshchilov & Hutter 2017, "SGDR", without restarts.
class CosineRate final : public Schedule {
 public:
  explicit CosineRate(const CosineDecay& options) : options_(options) {}
  double factor(const Time& time) const override {
    Time counted = time;
    if (!options_.reaches_end) ++counted.total;
    return cosine_between(1, options_.alpha, share_of(counted));
  }

 private:
  CosineDecay options_;
};

const Fields<CosineRestarts>& restarts_fields() {
  static const Fields<CosineRestarts> fields = [] {
    Fields<CosineRestarts> list;
    list.add("first", &CosineRestarts::first, "Steps or epochs of the first cosine.", {.min = 1})
        .add("stretch", &CosineRestarts::stretch, "Each cosine is so many times longer than the one before.",
             {.min = 1, .max = 100})
        .add("shrink", &CosineRestarts::shrink,
             "Each rises above alpha by this share of the rise before it (Keras's m_mul).", {.min = 1e-12, .max = 1})
        .add("alpha", &CosineRestarts::alpha, "The share of the rate that a cosine falls to.", {.min = 0, .max = 1});
    return add_unit(list, "first");
  }();
  return fields;
}

/// Half cosines that follow each other, the first from 1; computed anew for each step.
class RestartingRate final : public Schedule {
 public:
  explicit RestartingRate(const CosineRestarts& options) : options_(options) {}
  double factor(const Time& time) const override {
    double length = options_.first;
    double top = 1;
    auto into = static_cast<double>(units_done(time, options_.unit));
    while (into >= length) {
      into -= length;
      length *= options_.stretch;
      top *= options_.shrink;
    }
    return cosine_between(options_.alpha + (1 - options_.alpha) * top, options_.alpha, into / length);
  }

 private:
  CosineRestarts options_;
};

const Fields<OneCycle>& one_cycle_fields() {
  static const Fields<OneCycle> fields =
      Fields<OneCycle>()
          .add("peak", &OneCycle::peak, "The share of the run at which the rate is reached.",
               {.min = 0.001, .max = 0.999})
          .add("start_divisor", &OneCycle::start_divisor, "The run begins at the rate divided by this.", {.min = 1})
          .add("end_divisor", &OneCycle::end_divisor,
               "The run ends at the rate divided by this; PyTorch's final_div_factor divides where it began instead: "
               "end_divisor is start_divisor times that.",
               {.min = 1});
  return fields;
}

/// Rises from 1 / start_divisor to 1, and falls to 1 / end_divisor.
class OneCycleRate final : public Schedule {
 public:
  explicit OneCycleRate(const OneCycle& options)
      : peak_(options.peak), start_(1 / options.start_divisor), end_(1 / options.end_divisor) {}
  double factor(const Time& time) const override {
    const double share = share_of(time);
    if (share < peak_) return cosine_between(start_, 1, share / peak_);
    return cosine_between(1, end_, (share - peak_) / (1 - peak_));
  }

 private:
  double peak_;
  double start_;
  double end_;
};

const Fields<Plateau>& plateau_fields() {
  static const Fields<Plateau> fields =
      Fields<Plateau>()
          .add("monitor", &Plateau::monitor, "What should get better.", {.choices = {"loss", "accuracy"}})
          .add("factor", &Plateau::factor, "The factor of each reduction.", {.min = 1e-12, .max = 1})
          .add("patience", &Plateau::patience, "Epochs without improvement before a reduction.", {.min = 1})
          .add("min_delta", &Plateau::min_delta, "A smaller improvement does not count.", {.min = 0})
          .add("min_factor", &Plateau::min_factor, "The rate is not reduced below this share.", {.min = 0, .max = 1});
  return fields;
}

/// Multiplies its factor by the option `factor` after `patience` epochs without improvement, down to min_factor.
class PlateauRate final : public Schedule {
 public:
  explicit PlateauRate(const Plateau& options) : options_(options) {}

  double factor(const Time&) const override { return factor_; }

  void epoch_ended(const EpochLog& log) override {
    const double number = value_to_minimise(log);
    if (number < best_ - options_.min_delta) {
      best_ = number;
      waited_ = 0;
    } else if (++waited_ >= options_.patience) {
      factor_ = std::max(options_.min_factor, factor_ * options_.factor);
      waited_ = 0;
    }
  }

  std::vector<double> state() const override { return {factor_, best_, static_cast<double>(waited_)}; }
  void restore(const std::vector<double>& state) override {
    if (state.size() != 3) {
      throw Error(ErrorKind::data,
                  "the state of schedule \"plateau\" has 3 numbers, got " + std::to_string(state.size()));
    }
    factor_ = state[0];
    best_ = state[1];
    waited_ = static_cast<int>(state[2]);
  }

 private:
  /// The monitored value of an epoch, of its validation if it had one, with its sign changed if it should rise.
  double value_to_minimise(const EpochLog& log) const {
    if (options_.monitor == "accuracy") return -(log.has_validation ? log.validation_accuracy : log.accuracy);
    return log.has_validation ? log.validation_loss : log.loss;
  }

  Plateau options_;
  double factor_ = 1;    ///< so far
  double best_ = 1e300;  ///< the lowest value_to_minimise()
  int waited_ = 0;       ///< epochs without improvement
};

/// Rises linearly to the first factor of another schedule, which then begins and has the rest of the training.
class WarmedUp final : public Schedule {
 public:
  WarmedUp(std::unique_ptr<Schedule> then, const Constant& options)
      : then_(std::move(then)),
        steps_(static_cast<std::uint64_t>(options.warmup_steps)),
        from_zero_(options.warmup_from_zero) {}

  double factor(const Time& time) const override {
    Time after = time;
    if (time.step < steps_) {
      after.step = 0;
      const auto step = static_cast<double>(time.step);
      const auto steps = static_cast<double>(steps_);
      return then_->factor(after) * (from_zero_ ? step / steps : (step + 1) / (steps + 1));
    }
    after.step = time.step - steps_;
    after.total = time.total > steps_ ? time.total - steps_ : 1;
    return then_->factor(after);
  }
  void epoch_ended(const EpochLog& log) override { then_->epoch_ended(log); }
  std::vector<double> state() const override { return then_->state(); }
  void restore(const std::vector<double>& state) override { then_->restore(state); }

 private:
  std::unique_ptr<Schedule> then_;
  std::uint64_t steps_;
  bool from_zero_;
};

const Described<Constant>& described_constant() {
  static const Described<Constant> all{"constant", "The optimizer's learning rate throughout.", constant_fields(),
                                       warmup_fields<Constant>()};
  return all;
}

const Described<StepDecay>& described_step() {
  static const Described<StepDecay> all{"step", "Multiplies the rate by gamma every so many steps or epochs.",
                                        step_fields(), warmup_fields<StepDecay>()};
  return all;
}

const Described<MultiStepDecay>& described_multi_step() {
  static const Described<MultiStepDecay> all{"multi_step", "Multiplies the rate by gamma at each milestone.",
                                             multi_step_fields(), warmup_fields<MultiStepDecay>()};
  return all;
}

const Described<ExponentialDecay>& described_exponential() {
  static const Described<ExponentialDecay> all{"exponential",
                                               "decay_rate ^ (step / decay_steps), as Keras's ExponentialDecay.",
                                               exponential_fields(), warmup_fields<ExponentialDecay>()};
  return all;
}

const Described<PolynomialDecay>& described_polynomial() {
  static const Described<PolynomialDecay> all{"polynomial", "end + (1 - end) (1 - share of the run) ^ power.",
                                              polynomial_fields(), warmup_fields<PolynomialDecay>()};
  return all;
}

const Described<CosineDecay>& described_cosine() {
  static const Described<CosineDecay> all{
      "cosine", "Half a cosine from the rate down to alpha of it over the whole run (Loshchilov & Hutter 2017).",
      cosine_fields(), warmup_fields<CosineDecay>()};
  return all;
}

const Described<CosineRestarts>& described_restarts() {
  static const Described<CosineRestarts> all{
      "cosine_restarts", "Half cosines that follow each other, each longer than the one before (SGDR).",
      restarts_fields(), warmup_fields<CosineRestarts>()};
  return all;
}

const Described<OneCycle>& described_one_cycle() {
  static const Described<OneCycle> all{"one_cycle",
                                       "Up to the rate and down again over the whole run (Smith & Topin 2018).",
                                       one_cycle_fields(), warmup_fields<OneCycle>()};
  return all;
}

const Described<Plateau>& described_plateau() {
  static const Described<Plateau> all{
      "plateau",
      "Reduces the rate when the validation loss or accuracy (those of training without validation) stops getting "
      "better, as Keras's ReduceLROnPlateau.",
      plateau_fields(), warmup_fields<Plateau>()};
  return all;
}

}  // namespace

OpenTable<ScheduleType>& schedule_table() {
  static OpenTable<ScheduleType> table("schedule", {
                                                       type_row<Schedule, ConstantRate>(described_constant()),
                                                       type_row<Schedule, StepRate>(described_step()),
                                                       type_row<Schedule, MultiStepRate>(described_multi_step()),
                                                       type_row<Schedule, ExponentialRate>(described_exponential()),
                                                       type_row<Schedule, PolynomialRate>(described_polynomial()),
                                                       type_row<Schedule, CosineRate>(described_cosine()),
                                                       type_row<Schedule, RestartingRate>(described_restarts()),
                                                       type_row<Schedule, OneCycleRate>(described_one_cycle()),
                                                       type_row<Schedule, PlateauRate>(described_plateau()),
                                                   });
  return table;
}

const std::vector<ScheduleType>& schedule_types() { return schedule_table().read(); }

std::vector<KeySchema> common_schedule_keys() { return warmup_fields<Constant>().keys(); }

std::unique_ptr<Schedule> make_schedule(const Spec& spec) {
  auto schedule = row_named(spec.type, schedule_types(), "schedule").make(spec.settings);
  const Constant warmup = warmup_fields<Constant>().read(spec.settings);
  if (warmup.warmup_steps == 0) return schedule;
  return std::make_unique<WarmedUp>(std::move(schedule), warmup);
}

Constant::operator Spec() const { return described_constant().spec(*this); }
StepDecay::operator Spec() const { return described_step().spec(*this); }
MultiStepDecay::operator Spec() const { return described_multi_step().spec(*this); }
ExponentialDecay::operator Spec() const { return described_exponential().spec(*this); }
PolynomialDecay::operator Spec() const { return described_polynomial().spec(*this); }
CosineDecay::operator Spec() const { return described_cosine().spec(*this); }
CosineRestarts::operator Spec() const { return described_restarts().spec(*this); }
OneCycle::operator Spec() const { return described_one_cycle().spec(*this); }
Plateau::operator Spec() const { return described_plateau().spec(*this); }

}  // namespace convoy
