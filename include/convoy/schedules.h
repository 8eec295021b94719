#pragma once

#include <string>

#include "convoy/settings.h"

/// Learning rate schedules: each gives a factor of the optimizer's learning rate for each step. Each struct converts to
/// a Spec, and its members are the keys of [schedule]; `convoy config explain cosine` says what each means and where
/// Keras and PyTorch differ. All can rise to their rate over the first `warmup_steps`.
namespace convoy {

/// The unit of a schedule's lengths.
enum class ScheduleUnit { steps, epochs };

/// The factor 1.
struct Constant {
  int warmup_steps = 0;
  bool warmup_from_zero = false;
  operator Spec() const;
};

/// Multiplies the rate by `gamma` every `every` steps or epochs.
struct StepDecay {
  int every = 1000;
  double gamma = 0.1;
  ScheduleUnit unit = ScheduleUnit::steps;
  int warmup_steps = 0;
  bool warmup_from_zero = false;
  operator Spec() const;
};

/// Multiplies the rate by `gamma` at each milestone.
struct MultiStepDecay {
  Integers milestones = {};
  double gamma = 0.1;
  ScheduleUnit unit = ScheduleUnit::steps;
  int warmup_steps = 0;
  bool warmup_from_zero = false;
  operator Spec() const;
};

/// decay_rate ^ (step / decay_steps), as Keras's ExponentialDecay.
struct ExponentialDecay {
  double decay_rate = 0.96;
  int decay_steps = 1000;
  bool staircase = false;
  ScheduleUnit unit = ScheduleUnit::steps;
  int warmup_steps = 0;
  bool warmup_from_zero = false;
  operator Spec() const;
};

/// end + (1 - end) (1 - share of the training) ^ power.
struct PolynomialDecay {
  double power = 1;
  double end = 1e-4;
  int warmup_steps = 0;
  bool warmup_from_zero = false;
  operator Spec() const;
};

/// Half a cosine from the rate down to `alpha` of it over the whole training.
struct CosineDecay {
  double alpha = 0;
  bool reaches_end = true;
  int warmup_steps = 0;
  bool warmup_from_zero = false;
  operator Spec() const;
};

/// Half cosines one after the other (Loshchilov & Hutter 2017, "SGDR: stochastic gradient descent with warm restarts").
struct CosineRestarts {
  int first = 1000;
  double stretch = 2;
  double shrink = 1;
  double alpha = 0;
  ScheduleUnit unit = ScheduleUnit::steps;
  int warmup_steps = 0;
  bool warmup_from_zero = false;
  operator Spec() const;
};

/// Up to the rate and down again over the whole training (Smith & Topin 2018, "Super-convergence").
struct OneCycle {
  double peak = 0.3;
  double start_divisor = 25;
  double end_divisor = 10000;
  int warmup_steps = 0;
  bool warmup_from_zero = false;
  operator Spec() const;
};

/// Reduces the rate when loss or accuracy no longer improve, as Keras's ReduceLROnPlateau.
struct Plateau {
  std::string monitor = "loss";
  double factor = 0.1;
  int patience = 10;
  double min_delta = 1e-4;
  double min_factor = 0;
  int warmup_steps = 0;
  bool warmup_from_zero = false;
  operator Spec() const;
};

}  // namespace convoy
