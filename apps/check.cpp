#include "convoy/check.h"

#include <iomanip>
#include <iostream>

#include "convoy/number_text.h"
#include "hints.h"
#include "options.h"
#include "statistics.h"
#include "terminal.h"
#include "verb.h"

namespace convoy::app {
namespace {

void declare_check(Options& options) {
  options.add_overrides();
  options.add_threads();
}

/// Checks gradients, overfits one batch and prints both with statistics of the data; returns `failed` if one check
/// fails.
int run_check(const Options& options) {
  const Config config = load_config(config_file(options.positional()[0]), options.overrides());
  CheckOptions check_options;
  check_options.threads = options.threads(config);
  const CheckResult result = check(config, check_options);
  print_notes(result.notes);
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

}  // namespace

const Verb check_verb = {.name = "check",
                         .operands = "CONFIG",
                         .help = "Check gradients, overfit one batch, describe the data.",
                         .examples = "convoy check configs/mnist_cnn.toml",
                         .also_fails_if = "gradients do not agree or the batch is not learnt",
                         .declare = declare_check,
                         .run = run_check};

}  // namespace convoy::app
