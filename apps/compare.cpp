#include <iostream>

#include "convoy/foreign_text.h"
#include "convoy/report.h"
#include "options.h"
#include "output_file.h"
#include "verb.h"

namespace convoy::app {
namespace {

void declare_compare(Options& options) {
  options.add_text("o,out", "FILE", "Where the page goes; compare.html in the current folder without it.");
}

/// Writes a page that compares runs and prints its path.
int run_compare(const Options& options) {
  const std::string file = options.text("out", "compare.html");
  require_output(file, Output::page);
  write_comparison({options.positional().begin(), options.positional().end()}, file);
  std::cout << shown(file) << '\n';
  return ok;
}

}  // namespace

const Verb compare_verb = {.name = "compare",
                           .operands = "RUN...",
                           .help = "Make a page that compares runs, with mean and range over seeds.",
                           .examples =
                               "convoy compare runs/a runs/b\n"
                               "convoy compare runs/* -o compare.html",
                           .declare = declare_compare,
                           .run = run_compare};

}  // namespace convoy::app
