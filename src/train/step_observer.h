#pragma once

#include <cstdint>
#include <vector>

#include "convoy/callbacks.h"
#include "graph/session.h"

namespace convoy {

/// Is called before and after chosen steps of a training. It changes nothing that training depends on.
class StepObserver {
 public:
  struct Step {
    std::uint64_t number;  ///< from 1
    int epoch;             ///< from 1
    int images;            ///< in its batch
    bool taken;            ///< false where it was given up, since something was not finite
  };

  virtual ~StepObserver() = default;

  /// Whether before_step and after_step are to be called for the step of that number, from 1.
  virtual bool wants_step(std::uint64_t step) const = 0;
  /// Called with the weights before the step.
  virtual void before_step(Session& session) = 0;
  /// Called with the weights after the step; the session holds its gradients.
  virtual void after_step(Session& session, const Step& step, const std::vector<Callback*>& callbacks) = 0;
};

}  // namespace convoy
