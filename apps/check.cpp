#include <iomanip>
#include <iostream>

#include "convoy/experiment.h"
#include "options.h"
#include "statistics.h"
#include "terminal.h"
#include "verb.h"

namespace convoy::app {
int check(const Arguments& arguments) {
  Options options("check");
  options.add_overrides();
  options.add_threads();
  if (!options.parse(arguments, 1, 1, "one CONFIG")) return ok;
  CheckOptions check_options;
  check_options.threads = options.threads();
  const CheckResult result = check_experiment(load_config(options.positional()[0], options.overrides()), check_options);
  std::cout << text(result.train, "samples");
  std::cout << "gradients along random directions, against differences of the loss:\n";
  for (const DirectionCheck& direction : result.directions) {
    std::cout << "      " << std::left << std::setw(26) << direction.tensor << std::right << std::scientific
              << std::setprecision(3) << std::setw(12) << direction.analytic << std::setw(12) << direction.numeric
              << "  error " << direction.relative_error << std::defaultfloat << '\n';
  }
  std::cout << "gradients " << (result.gradients_ok ? "agree" : "DO NOT AGREE") << '\n'
            << "overfitting one batch: loss " << fixed(result.overfit_first_loss, 4) << " to "
            << fixed(result.overfit_last_loss, 4) << ", accuracy " << percent(result.overfit_accuracy) << ": "
            << (result.overfit_ok ? "ok" : "NOT LEARNT") << '\n';
  return result.gradients_ok && result.overfit_ok ? ok : failed;
}

}  // namespace convoy::app
