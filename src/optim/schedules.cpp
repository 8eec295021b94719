#include "convoy/schedules.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "convoy/error.h"
#include "optim/schedule.h"

namespace convoy {
namespace {

/// The keys that all schedules share.
template <class Options>
Fields<Options> warmup_field() {
  return Fields<Options>().add("warmup_steps", &Options::warmup_steps,
                               "Rise linearly to the schedule over so many first steps.", {.min = 0});
}

constexpr double least_factor = 1e-12;

double share_of(std::uint64_t step, std::uint64_t total) {
  return total < 2 ? 1 : std::min(1.0, static_cast<double>(step) / static_cast<double>(total - 1));
}

/// From `a` at share 0 to `b` at share 1 along half a cosine.
double cosine_between(double a, double b, double share) {
  return b + (a - b) * 0.5 * (1 + std::cos(std::numbers::pi * share));
}

class ConstantRate final : public Schedule {
 public:
  explicit ConstantRate(const Constant&) {}
  double factor(std::uint64_t, std::uint64_t) const override { return 1; }
};

const Described<Constant>& constant() {
  static const Described<Constant> all{
      "constant", "The optimizer's learning rate throughout.", {}, warmup_field<Constant>()};
  return all;
}

class StepRate final : public Schedule {
 public:
  explicit StepRate(const StepDecay& options) : every_(options.every), gamma_(options.gamma) {}
  double factor(std::uint64_t step, std::uint64_t) const override {
    const std::uint64_t reductions = step / static_cast<std::uint64_t>(every_);
    return std::pow(gamma_, static_cast<double>(reductions));
  }

 private:
  int every_;
  double gamma_;
};

const Described<StepDecay>& step_decay() {
  static const Described<StepDecay> all{
      "step", "Multiplies the rate by gamma every so many steps.",
      Fields<StepDecay>()
          .add("every", &StepDecay::every, "Steps between two reductions.", {.min = 1})
          .add("gamma", &StepDecay::gamma, "The factor of each reduction.", {.min = least_factor, .max = 1}),
      warmup_field<StepDecay>()};
  return all;
}

class ExponentialRate final : public Schedule {
 public:
  explicit ExponentialRate(const ExponentialDecay& options)
      : rate_(options.decay_rate), steps_(options.decay_steps), stairs_(options.staircase) {}
  double factor(std::uint64_t step, std::uint64_t) const override {
    const double power = static_cast<double>(step) / steps_;
    return std::pow(rate_, stairs_ ? std::floor(power) : power);
  }

 private:
  double rate_;
  int steps_;
  bool stairs_;
};

const Described<ExponentialDecay>& exponential_decay() {
  static const Described<ExponentialDecay> all{
      "exponential", "decay_rate ^ (step / decay_steps), as Keras's ExponentialDecay.",
      Fields<ExponentialDecay>()
          .add("decay_rate", &ExponentialDecay::decay_rate, "The factor over decay_steps.",
               {.min = least_factor, .max = 1})
          .add("decay_steps", &ExponentialDecay::decay_steps, "Steps over which the factor applies.", {.min = 1})
          .add("staircase", &ExponentialDecay::staircase, "Change only every decay_steps."),
      warmup_field<ExponentialDecay>()};
  return all;
}

/// Loshchilov & Hutter 2017, "SGDR", without restarts.
class CosineRate final : public Schedule {
 public:
  explicit CosineRate(const CosineDecay& options) : alpha_(options.alpha) {}
  double factor(std::uint64_t step, std::uint64_t total) const override {
    return cosine_between(1, alpha_, share_of(step, total));
  }

 private:
  double alpha_;
};

const Described<CosineDecay>& cosine_decay() {
  static const Described<CosineDecay> all{
      "cosine", "Half a cosine from the rate down to alpha of it over the whole run (Loshchilov & Hutter 2017).",
      Fields<CosineDecay>().add("alpha", &CosineDecay::alpha, "The share of the rate that is left at the end.",
                                {.min = 0, .max = 1}),
      warmup_field<CosineDecay>()};
  return all;
}

/// Smith & Topin 2018, "Super-convergence": up to the rate, then down far below where it began.
class OneCycleRate final : public Schedule {
 public:
  explicit OneCycleRate(const OneCycle& options)
      : peak_(options.peak), start_(1 / options.start_divisor), end_(1 / options.end_divisor) {}
  double factor(std::uint64_t step, std::uint64_t total) const override {
    const double share = share_of(step, total);
    if (share < peak_) return cosine_between(start_, 1, share / peak_);
    return cosine_between(1, end_, (share - peak_) / (1 - peak_));
  }

 private:
  double peak_;
  double start_;
  double end_;
};

const Described<OneCycle>& one_cycle() {
  static const Described<OneCycle> all{
      "one_cycle", "Up to the rate and down again over the whole run (Smith & Topin 2018).",
      Fields<OneCycle>()
          .add("peak", &OneCycle::peak, "The share of the run at which the rate is reached.",
               {.min = 0.001, .max = 0.999})
          .add("start_divisor", &OneCycle::start_divisor, "The run begins at the rate divided by this.", {.min = 1})
          .add("end_divisor", &OneCycle::end_divisor, "The run ends at the rate divided by this.", {.min = 1}),
      warmup_field<OneCycle>()};
  return all;
}

/// Keras's ReduceLROnPlateau.
class PlateauRate final : public Schedule {
 public:
  explicit PlateauRate(const Plateau& options)
      : accuracy_(options.monitor == "accuracy"),
        reduction_(options.factor),
        patience_(options.patience),
        min_delta_(options.min_delta),
        least_(options.min_factor) {}

  double factor(std::uint64_t, std::uint64_t) const override { return factor_; }

  void epoch_ended(const EpochLog& log) override {
    const double number = watched(log);
    if (number < best_ - min_delta_) {
      best_ = number;
      waited_ = 0;
    } else if (++waited_ >= patience_) {
      factor_ = std::max(least_, factor_ * reduction_);
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
  /// What should fall.
  double watched(const EpochLog& log) const {
    if (accuracy_) return -(log.has_validation ? log.validation_accuracy : log.accuracy);
    return log.has_validation ? log.validation_loss : log.loss;
  }

  bool accuracy_;
  double reduction_;
  int patience_;
  double min_delta_;
  double least_;
  double factor_ = 1;
  double best_ = 1e300;
  int waited_ = 0;
};

const Described<Plateau>& plateau() {
  static const Described<Plateau> all{
      "plateau",
      "Reduces the rate when the validation loss or accuracy (those of training without validation) stops getting "
      "better, as Keras's ReduceLROnPlateau.",
      Fields<Plateau>()
          .add("monitor", &Plateau::monitor, "What should get better.", {.choices = {"loss", "accuracy"}})
          .add("factor", &Plateau::factor, "The factor of each reduction.", {.min = least_factor, .max = 1})
          .add("patience", &Plateau::patience, "Epochs without improvement before a reduction.", {.min = 1})
          .add("min_delta", &Plateau::min_delta, "A smaller improvement does not count.", {.min = 0})
          .add("min_factor", &Plateau::min_factor, "The rate is not reduced below this share.", {.min = 0, .max = 1}),
      warmup_field<Plateau>()};
  return all;
}

/// Rises linearly to another schedule over the first steps (Goyal et al. 2017).
class WarmUp final : public Schedule {
 public:
  WarmUp(std::unique_ptr<Schedule> then, int steps)
      : then_(std::move(then)), steps_(static_cast<std::uint64_t>(steps)) {}

  double factor(std::uint64_t step, std::uint64_t total) const override {
    if (step < steps_) return then_->factor(0, total) * static_cast<double>(step + 1) / static_cast<double>(steps_ + 1);
    return then_->factor(step - steps_, total > steps_ ? total - steps_ : 1);
  }
  void epoch_ended(const EpochLog& log) override { then_->epoch_ended(log); }
  std::vector<double> state() const override { return then_->state(); }
  void restore(const std::vector<double>& state) override { then_->restore(state); }

 private:
  std::unique_ptr<Schedule> then_;
  std::uint64_t steps_;
};

}  // namespace

const std::vector<ScheduleType>& schedule_types() {
  static const std::vector<ScheduleType> types = {
      type_row<Schedule, ConstantRate>(constant()),
      type_row<Schedule, StepRate>(step_decay()),
      type_row<Schedule, ExponentialRate>(exponential_decay()),
      type_row<Schedule, CosineRate>(cosine_decay()),
      type_row<Schedule, OneCycleRate>(one_cycle()),
      type_row<Schedule, PlateauRate>(plateau()),
  };
  return types;
}

std::vector<KeySpec> common_schedule_keys() { return warmup_field<Constant>().keys(); }

std::unique_ptr<Schedule> make_schedule(const Spec& spec) {
  auto schedule = row_named(spec.type, schedule_types(), "schedule").make(spec.settings);
  const int warmup = warmup_field<Constant>().read(spec.settings).warmup_steps;
  if (warmup > 0) return std::make_unique<WarmUp>(std::move(schedule), warmup);
  return schedule;
}

Constant::operator Spec() const { return constant().spec(*this); }
StepDecay::operator Spec() const { return step_decay().spec(*this); }
ExponentialDecay::operator Spec() const { return exponential_decay().spec(*this); }
CosineDecay::operator Spec() const { return cosine_decay().spec(*this); }
OneCycle::operator Spec() const { return one_cycle().spec(*this); }
Plateau::operator Spec() const { return plateau().spec(*this); }

}  // namespace convoy
