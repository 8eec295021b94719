#pragma once

#include <cstdint>
#include <vector>

#include "convoy/callbacks.h"
#include "graph/session.h"

namespace convoy {

/// Looks at steps of a training from outside. It changes nothing that training depends on.
class StepObserver {
 public:
  struct Step {
    std::uint64_t number;  ///< from 1
    int epoch;             ///< from 1
    int images;            ///< in its batch
    bool taken;            ///< false where it was given up, since something was not finite
  };

  virtual ~StepObserver() = default;

  /// Whether it wants to see the step of that number.
  virtual bool looks_at(std::uint64_t step) const = 0;
  /// The weights are those before the step.
  virtual void before_step(Session& session) = 0;
  /// The weights are those after the step, the session holds its gradients.
  virtual void after_step(Session& session, const Step& step, const std::vector<Callback*>& callbacks) = 0;
};

}  // namespace convoy
