#pragma once

#include <string>

#include "convoy/settings.h"

/// The schedules of the learning rate. Each converts to a Spec; its members are the keys of [schedule], of which
/// `convoy config explain cosine` says what each means and takes, and configs/README.md of all.
namespace convoy {

struct Constant {
  int warmup_steps = 0;
  operator Spec() const;
};

struct StepDecay {
  int every = 1000;
  double gamma = 0.1;
  int warmup_steps = 0;
  operator Spec() const;
};

struct ExponentialDecay {
  double decay_rate = 0.96;
  int decay_steps = 1000;
  bool staircase = false;
  int warmup_steps = 0;
  operator Spec() const;
};

struct CosineDecay {
  double alpha = 0;
  int warmup_steps = 0;
  operator Spec() const;
};

struct OneCycle {
  double peak = 0.3;
  double start_divisor = 25;
  double end_divisor = 10000;
  int warmup_steps = 0;
  operator Spec() const;
};

struct Plateau {
  std::string monitor = "loss";
  double factor = 0.1;
  int patience = 10;
  double min_delta = 1e-4;
  double min_factor = 0;
  int warmup_steps = 0;
  operator Spec() const;
};

}  // namespace convoy
