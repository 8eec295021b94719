#include "convoy/report.h"

#include <iostream>

#include "options.h"
#include "verb.h"

namespace convoy::app {

int report(const Arguments& arguments) {
  Options options("report");
  options.add_text("o,out", "FILE", "Where the page goes; RUN/report.html without it.");
  options.add_flag("tensorboard", "Write RUN/tensorboard, event files for TensorBoard, as well.");
  options.add_threads();
  if (!options.parse(arguments, 1, 1, "one RUN folder")) return ok;
  const std::filesystem::path run = options.positional()[0];
  std::cout << write_report(run, options.text("out"), options.threads()).string() << '\n';
  if (options.has("tensorboard")) std::cout << write_tensorboard(run).string() << '\n';
  return ok;
}

}  // namespace convoy::app
