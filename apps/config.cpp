#include "convoy/config.h"

#include <iostream>

#include "convoy/error.h"
#include "convoy/model.h"
#include "convoy/sweep.h"
#include "options.h"
#include "verb.h"

namespace convoy::app {

int config(const Arguments& arguments) {
  Options options("config");
  options.add_overrides();
  if (!options.parse(arguments, 1, 2, "check CONFIG, explain KEY or schema")) return ok;
  const std::string& what = options.positional()[0];
  const bool has_argument = options.positional().size() == 2;
  if (what == "schema" && !has_argument) {
    std::cout << config_schema() << '\n';
  } else if (what == "explain" && has_argument) {
    std::cout << explain_key(options.positional()[1]);
  } else if (what == "check" && has_argument) {
    const SweepPlan plan = load_sweep(options.positional()[1], {.sets = options.overrides()});
    for (const auto& [label, _, config] : plan.settings) {
      if (config.run.has("input_shape")) Model::from_config(config, 1);  // checks the layers' shapes as well
    }
    const std::size_t settings = plan.settings.size();
    std::cout << options.positional()[1] << ": ok"
              << (settings > 1 ? ", a sweep of " + std::to_string(settings) + " settings" : "") << '\n';
  } else {
    throw Error(ErrorKind::config, "convoy config " + what + ": expected check CONFIG, explain KEY or schema" +
                                       did_you_mean(what, {"check", "explain", "schema"}));
  }
  return ok;
}

}  // namespace convoy::app
