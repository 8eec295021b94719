#include "convoy/report.h"

#include <iostream>

#include "convoy/foreign_text.h"
#include "hints.h"
#include "options.h"
#include "output_file.h"
#include "verb.h"

namespace convoy::app {
namespace {

void declare_report(Options& options) {
  options.add_text("o,out", "FILE", "Where the page goes; RUN/report.html without it.");
  options.add_flag("tensorboard", "Write RUN/tensorboard, event files for TensorBoard, as well.");
  options.add_threads();
}

/// Writes the page of a run, with --tensorboard also event files, and prints the paths.
int run_report(const Options& options) {
  const std::filesystem::path run = run_folder(options.positional()[0]);
  const std::filesystem::path page = options.text("out", (run / "report.html").string());
  require_output(page, Output::page);
  std::cout << shown(write_report(run, page, options.threads(config_of_run(run))).string()) << '\n';
  if (options.has("tensorboard")) std::cout << shown(write_tensorboard(run).string()) << '\n';
  return ok;
}

}  // namespace

const Verb report_verb = {.name = "report",
                          .operands = "RUN",
                          .help = "Make the page of a run, finished or not.",
                          .examples =
                              "convoy report runs/mnist_cnn\n"
                              "convoy report runs/mnist_cnn -o page.html --tensorboard",
                          .declare = declare_report,
                          .run = run_report};

}  // namespace convoy::app
