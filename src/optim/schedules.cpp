#include <algorithm>
#include <cmath>
#include <numbers>

#include "convoy/error.h"
#include "core/text.h"
#include "optim/keys.h"
#include "optim/schedule.h"

namespace convoy {
namespace {

KeySpec integer(const char* name, std::int64_t fallback, const char* doc, double min) {
  return {.name = name, .kind = Kind::integer, .fallback = Value{fallback}, .doc = doc, .min = min};
}

double share_of(std::uint64_t step, std::uint64_t total) {
  return total < 2 ? 1 : std::min(1.0, static_cast<double>(step) / static_cast<double>(total - 1));
}

/// From `a` at share 0 to `b` at share 1 along half a cosine.
double cosine_between(double a, double b, double share) {
  return b + (a - b) * 0.5 * (1 + std::cos(std::numbers::pi * share));
}

class Constant final : public Schedule {
 public:
  explicit Constant(const Settings&) {}
  double factor(std::uint64_t, std::uint64_t) const override { return 1; }
};

class StepDecay final : public Schedule {
 public:
  explicit StepDecay(const Settings& s) : every_(s.integer("every")), gamma_(s.number("gamma")) {}
  double factor(std::uint64_t step, std::uint64_t) const override {
    const std::uint64_t reductions = step / static_cast<std::uint64_t>(every_);
    return std::pow(gamma_, static_cast<double>(reductions));
  }

 private:
  int every_;
  double gamma_;
};

class Exponential final : public Schedule {
 public:
  explicit Exponential(const Settings& s)
      : rate_(s.number("decay_rate")), steps_(s.integer("decay_steps")), stairs_(s.flag("staircase")) {}
  double factor(std::uint64_t step, std::uint64_t) const override {
    const double power = static_cast<double>(step) / steps_;
    return std::pow(rate_, stairs_ ? std::floor(power) : power);
  }

 private:
  double rate_;
  int steps_;
  bool stairs_;
};

/// Loshchilov & Hutter 2017, "SGDR", without restarts.
class Cosine final : public Schedule {
 public:
  explicit Cosine(const Settings& s) : alpha_(s.number("alpha")) {}
  double factor(std::uint64_t step, std::uint64_t total) const override {
    return cosine_between(1, alpha_, share_of(step, total));
  }

 private:
  double alpha_;
};

/// Smith & Topin 2018, "Super-convergence": up to the rate, then down far below where it began.
class OneCycle final : public Schedule {
 public:
  explicit OneCycle(const Settings& s)
      : peak_(s.number("peak")), start_(1 / s.number("start_divisor")), end_(1 / s.number("end_divisor")) {}
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

/// Keras's ReduceLROnPlateau.
class PlateauDecay final : public Schedule {
 public:
  explicit PlateauDecay(const Settings& s)
      : accuracy_(s.text("monitor") == "accuracy"),
        reduction_(s.number("factor")),
        patience_(s.integer("patience")),
        min_delta_(s.number("min_delta")),
        least_(s.number("min_factor")) {}

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

template <class Type>
std::unique_ptr<Schedule> make(const Settings& settings) {
  return std::make_unique<Type>(settings);
}

}  // namespace

const std::vector<ScheduleType>& schedule_types() {
  static const std::vector<ScheduleType> types = {
      {{"constant", "The optimizer's learning rate throughout.", {}}, make<Constant>},
      {{"step",
        "Multiplies the rate by gamma every so many steps.",
        {integer("every", 1000, "Steps between two reductions.", 1),
         number("gamma", 0.1, "The factor of each reduction.", 1e-12, 1)}},
       make<StepDecay>},
      {{"exponential",
        "decay_rate ^ (step / decay_steps), as Keras's ExponentialDecay.",
        {number("decay_rate", 0.96, "The factor over decay_steps.", 1e-12, 1),
         integer("decay_steps", 1000, "Steps over which the factor applies.", 1),
         {.name = "staircase", .kind = Kind::flag, .fallback = Value{false}, .doc = "Change only every decay_steps."}}},
       make<Exponential>},
      {{"cosine",
        "Half a cosine from the rate down to alpha of it over the whole run (Loshchilov & Hutter 2017).",
        {number("alpha", 0, "The share of the rate that is left at the end.", 0, 1)}},
       make<Cosine>},
      {{"one_cycle",
        "Up to the rate and down again over the whole run (Smith & Topin 2018).",
        {number("peak", 0.3, "The share of the run at which the rate is reached.", 0.001, 0.999),
         number("start_divisor", 25, "The run begins at the rate divided by this.", 1),
         number("end_divisor", 10000, "The run ends at the rate divided by this.", 1)}},
       make<OneCycle>},
      {{"plateau",
        "Reduces the rate when the validation loss or accuracy (those of training without validation) stops getting "
        "better, as Keras's ReduceLROnPlateau.",
        {{.name = "monitor",
          .kind = Kind::choice,
          .fallback = Value{std::string("loss")},
          .doc = "What should get better.",
          .choices = {"loss", "accuracy"}},
         number("factor", 0.1, "The factor of each reduction.", 1e-12, 1),
         integer("patience", 10, "Epochs without improvement before a reduction.", 1),
         number("min_delta", 1e-4, "A smaller improvement does not count.", 0),
         number("min_factor", 0, "The rate is not reduced below this share.", 0, 1)}},
       make<PlateauDecay>},
  };
  return types;
}

const std::vector<KeySpec>& common_schedule_keys() {
  static const std::vector<KeySpec> keys = {
      integer("warmup_steps", 0, "Rise linearly to the schedule over so many first steps.", 0)};
  return keys;
}

std::unique_ptr<Schedule> make_schedule(const Spec& spec) {
  const auto& types = schedule_types();
  const auto row = std::ranges::find(types, spec.type, [](const ScheduleType& type) { return type.spec.name; });
  if (row == types.end()) {
    Texts names;
    for (const auto& type : types) names.push_back(type.spec.name);
    throw Error(ErrorKind::config,
                "unknown schedule \"" + spec.type + "\": expected " + join_or(names) + did_you_mean(spec.type, names));
  }
  auto schedule = row->make(spec.settings);
  const int warmup = spec.settings.integer("warmup_steps");
  if (warmup > 0) return std::make_unique<WarmUp>(std::move(schedule), warmup);
  return schedule;
}

}  // namespace convoy
