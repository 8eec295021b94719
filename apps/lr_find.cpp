#include "convoy/lr_find.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>

#include "convoy/foreign_text.h"
#include "convoy/number_text.h"
#include "hints.h"
#include "json.h"
#include "options.h"
#include "output_file.h"
#include "terminal.h"
#include "verb.h"

namespace convoy::app {
namespace {

/// "1.0e-03"
std::string rate_text(double rate) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", rate);
  return text;
}

/// Prints a bar for each of 16 points or fewer.
void print_curve(const std::vector<LrPoint>& points) {
  constexpr std::size_t rows = 16;
  constexpr double width = 50;
  double highest = 0;
  for (const LrPoint& point : points) highest = std::max(highest, point.smoothed);
  std::cout << "    rate    loss\n";
  const std::size_t stride = std::max<std::size_t>(1, (points.size() + rows - 1) / rows);
  for (std::size_t i = 0; i < points.size(); i += stride) {
    const auto length = static_cast<std::size_t>(width * points[i].smoothed / highest);
    std::cout << ' ' << rate_text(points[i].rate) << "  " << fixed(points[i].smoothed, 4) << "  "
              << std::string(length, '#') << '\n';
  }
}

/// Prints the curve as bars, the suggested rate and the path of the page.
void print_finding(const LrCurve& curve, const std::filesystem::path& file) {
  print_curve(curve.points);
  if (curve.blew_up) {
    const double last = curve.points.empty() ? 0 : curve.points.back().rate;
    std::cout << "the loss blew up at " << rate_text(last) << '\n';
  }
  if (curve.suggested > 0) {
    std::cout << "suggested learning rate " << rate_text(curve.suggested) << ", where the loss falls steepest\n";
  } else {
    std::cout << "no suggestion: the loss falls nowhere\n";
  }
  std::cout << "curve   " << shown(file.string()) << '\n';
}

void print_finding_json(const LrCurve& curve, const std::filesystem::path& file) {
  Json line = {{"event", "lr_find"},
               {"suggested", curve.suggested},
               {"blew_up", curve.blew_up},
               {"curve", file.string()},
               {"points", Json::array()}};
  for (const LrPoint& point : curve.points) {
    line["points"].push_back({{"rate", point.rate}, {"loss", point.loss}, {"smoothed", point.smoothed}});
  }
  std::cout << json_text(line) << '\n';
}

void declare_lr_find(Options& options) {
  options.add_overrides();
  options.add_threads();
  options.add_number("from", "RATE", "The first learning rate; 1e-6 is the default.", 1e-6);
  options.add_number("to", "RATE", "The last one; 10 is the default.", 10);
  options.add_integer("steps", "N", "Steps of training between them; 200 is the default.", 200, 10, 1000000);
  options.add_flag("json", "Print one JSON object.");
  options.add_text("o,output", "FILE.html", "Where to draw the curve; runs/NAME_lr_find.html without it.");
}

/// Runs the range test, writes its page and prints the suggestion; returns `failed` without one.
int run_lr_find(const Options& options) {
  const Config config = load_config(config_file(options.positional()[0]), options.overrides());
  const std::filesystem::path folder = "runs";  // is made where nothing else is named
  const std::filesystem::path file =
      options.text("output", (folder / (config.run.text("name") + "_lr_find.html")).string());
  if (options.has("output") || std::filesystem::exists(folder)) require_output(file, Output::page);
  const LrCurve curve = lr_find(config, {.from = options.number("from"),
                                         .to = options.number("to"),
                                         .steps = options.integer("steps"),
                                         .threads = options.threads(config)});
  print_notes(curve.notes);
  save_page(curve, file);
  (options.has("json") ? print_finding_json : print_finding)(curve, file);
  return curve.suggested > 0 ? ok : failed;
}

}  // namespace

const Verb lr_find_verb = {.name = "lr-find",
                           .operands = "CONFIG",
                           .help = "Train at growing learning rates to find a good one.",
                           .examples =
                               "convoy lr-find configs/mnist_mlp_bn.toml\n"
                               "convoy lr-find configs/mnist_cnn.toml --from 1e-5 --to 1 -o curve.html",
                           .also_fails_if = "no learning rate can be suggested",
                           .declare = declare_lr_find,
                           .run = run_lr_find};

}  // namespace convoy::app
