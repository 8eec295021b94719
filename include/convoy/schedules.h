#pragma once

#include <string>

#include "convoy/settings.h"

/// How the learning rate changes while training, as a factor of the optimizer's own. Each converts to a Spec; its
/// members are the keys of [schedule], of which `convoy config explain cosine` says what each means and where Keras and
/// PyTorch differ.
namespace convoy {

/// What a schedule counts its lengths in.
enum class ScheduleUnit { steps, epochs };

struct Constant {
  int warmup_steps = 0;
  bool warmup_from_zero = false;
  operator Spec() const;
};

struct StepDecay {
  int every = 1000;
  double gamma = 0.1;
  ScheduleUnit unit = ScheduleUnit::steps;
  int warmup_steps = 0;
  bool warmup_from_zero = false;
  operator Spec() const;
};

struct MultiStepDecay {
  Integers milestones = {};
  double gamma = 0.1;
  ScheduleUnit unit = ScheduleUnit::steps;
  int warmup_steps = 0;
  bool warmup_from_zero = false;
  operator Spec() const;
};

struct ExponentialDecay {
  double decay_rate = 0.96;
  int decay_steps = 1000;
  bool staircase = false;
  ScheduleUnit unit = ScheduleUnit::steps;
  int warmup_steps = 0;
  bool warmup_from_zero = false;
  operator Spec() const;
};

struct PolynomialDecay {
  double power = 1;
  double end = 1e-4;
  int warmup_steps = 0;
  bool warmup_from_zero = false;
  operator Spec() const;
};

struct CosineDecay {
  double alpha = 0;
  bool reaches_end = true;
  int warmup_steps = 0;
  bool warmup_from_zero = false;
  operator Spec() const;
};

/// Loshchilov & Hutter 2017, "SGDR: stochastic gradient descent with warm restarts".
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

/// Smith & Topin 2018, "Super-convergence".
struct OneCycle {
  double peak = 0.3;
  double start_divisor = 25;
  double end_divisor = 10000;
  int warmup_steps = 0;
  bool warmup_from_zero = false;
  operator Spec() const;
};

/// Keras's ReduceLROnPlateau.
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
