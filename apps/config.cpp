#include "convoy/config.h"

#include <iostream>

#include "convoy/foreign_text.h"
#include "convoy/sweep.h"
#include "hints.h"
#include "options.h"
#include "run_setup.h"
#include "terminal.h"
#include "verb.h"

namespace convoy::app {
namespace {

/// Prints notes, and collects a text on each setting that is checked.
class Findings final : public SweepCallback {
 public:
  explicit Findings(bool one_setting) : one_setting_(one_setting) {}

  void on_note(const std::string& note) override { print_notes({note}); }
  void on_checked(const SweepSetting& setting, const RunSetup& setup) override {
    if (one_setting_) {
      lines_ += "samples " + samples_text(setup) + "\nnetwork " + network_text(setup) + "\n";
    } else {
      lines_ += "  " + shown(setting.label) + ": " + network_text(setup) + "\n";
    }
  }

  const std::string& lines() const { return lines_; }

 private:
  bool one_setting_;
  std::string lines_;
};

/// Checks every setting of a configuration on its data and prints the result. Throws Error for the first mistake.
void check(const std::string& file, const Arguments& overrides) {
  const SweepPlan plan = load_sweep(config_file(file), {.sets = overrides});
  const std::size_t settings = plan.settings.size();
  Findings findings(settings == 1);
  require_startable(plan, &findings);
  std::cout << shown(file) << ": ok" << (settings > 1 ? ", a sweep of " + std::to_string(settings) + " settings" : "")
            << '\n'
            << findings.lines();
}

void declare_config(Options& options) { options.add_overrides(); }

/// Prints the schema, the explanation of a key, or the result of checking a configuration.
int run_config(const Options& options) {
  const std::string& what = options.positional()[0];
  if (what == "schema") {
    std::cout << config_schema() << '\n';
  } else if (what == "explain") {
    std::cout << explain_key(options.positional()[1]);
  } else {
    check(options.positional()[1], options.overrides());
  }
  return ok;
}

}  // namespace

const Verb config_verb = {.name = "config",
                          .operands = "check CONFIG | explain KEY | schema",
                          .help = "Check a configuration, explain a key, or print the JSON Schema.",
                          .examples =
                              "convoy config check configs/mnist_cnn.toml\n"
                              "convoy config explain conv2d.padding\n"
                              "convoy config schema > convoy.schema.json",
                          .declare = declare_config,
                          .run = run_config};

}  // namespace convoy::app
