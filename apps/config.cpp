#include "convoy/config.h"

#include <iostream>

#include "convoy/error.h"
#include "convoy/model.h"
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
    const Config config = load_config(options.positional()[1], options.overrides());
    if (config.run.has("input_shape")) Model::from_config(config, 1);  // checks the layers' shapes as well
    std::cout << options.positional()[1] << ": ok\n";
  } else {
    throw Error(ErrorKind::config, "convoy config " + what + ": expected check CONFIG, explain KEY or schema" +
                                       did_you_mean(what, {"check", "explain", "schema"}));
  }
  return ok;
}

}  // namespace convoy::app
