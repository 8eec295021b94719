#include "convoy/reproduce.h"

#include <algorithm>
#include <cstdio>
#include <iostream>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "json.h"
#include "options.h"
#include "shipped.h"
#include "sweep_progress.h"
#include "sweep_table.h"
#include "terminal.h"
#include "verb.h"

namespace convoy::app {
namespace {

namespace fs = std::filesystem;

/// The names of the .toml files in a folder, sorted.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

/// The file of a shipped experiment by its name; a name that ends in .toml is a file itself. Throws Error{config}.
fs::path find_experiment(const std::string& name) {
  if (name.ends_with(".toml")) return name;
  const fs::path folder = shipped("configs/experiments");
  const std::vector<std::string> names = names_in(folder);
  if (std::ranges::find(names, name) != names.end()) return folder / (name + ".toml");
  std::string known;
  for (const std::string& other : names) known += (known.empty() ? "" : ", ") + other;
  throw Error(ErrorKind::config,
              "no experiment is named \"" + name + "\"" + did_you_mean(name, names) +
                  (known.empty() ? " (give a file, or run it in convoy's source tree)" : " (there are " + known + ")"));
}

std::string figure(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

void print_reproduction(const Experiment& experiment, const Reproduction& result) {
  std::cout << wrapped("source  ", shown(experiment.source)) << wrapped("claim   ", shown(experiment.claim)) << '\n';
  print_table(result.sweep);
  std::cout << '\n';
  for (const Verdict& verdict : result.verdicts) {
    std::cout << (verdict.holds ? green("holds   ", Stream::out) : red("FAILS   ", Stream::out))
              << shown(verdict.expectation.text) << "   (" << figure(verdict.higher)
              << (verdict.holds ? " > " : " is not > ") << figure(verdict.lower) << ")\n";
  }
  if (!result.sweep.interrupted) std::cout << (result.holds ? "reproduced\n" : "NOT REPRODUCED\n");
}

void print_reproduction_json(const Experiment& experiment, const Reproduction& result) {
  Json line = {{"event", "reproduction"},   {"source", experiment.source},
               {"claim", experiment.claim}, {"interrupted", result.sweep.interrupted},
               {"holds", result.holds},     {"folder", result.sweep.folder.string()}};
  for (const Verdict& verdict : result.verdicts) {
    line["expectations"].push_back({{"text", verdict.expectation.text},
                                    {"higher", verdict.higher},
                                    {"lower", verdict.lower},
                                    {"holds", verdict.holds}});
  }
  std::cout << json_text(line) << '\n';
}

void declare_reproduce(Options& options) {
  options.add_flag("quick", "A smaller form of it, with one seed, in a minute or two.");
  options.add_threads();
  options.add_text("out", "DIR", "The folder of its runs; runs/NAME without it. There it goes on.");
  options.add_flag("force", "Begin anew, and remove the runs that are there.");
  options.add_flag("json", "Print one JSON object.");
  options.add_flag("quiet", "Show no progress.");
}

/// Prints the shipped experiments, each with its claim.
void list_experiments() {
  const fs::path folder = shipped("configs/experiments");
  const std::vector<std::string> names = names_in(folder);
  std::size_t width = 0;
  for (const std::string& name : names) width = std::max(width, columns(name));
  for (const std::string& name : names) {
    std::cout << wrapped(padded(name, width + 2), shown(load_experiment(folder / (name + ".toml")).claim));
  }
}

/// Prints the shipped experiments, or runs one as a sweep in its folder and prints the verdict. Returns
/// `failed` if the claim does not hold, `interrupted` if stopped.
int run_reproduce(const Options& options) {
  if (options.positional().empty()) {
    list_experiments();
    return ok;
  }
  const fs::path file = find_experiment(options.positional()[0]);
  const bool quick = options.has("quick");
  const Experiment experiment = load_experiment(file, quick);
  const std::string folder = "runs/" + file.stem().string() + (quick ? "-quick" : "");
  Reproduction result;
  {
    SweepProgress progress(experiment.plan, options.has("quiet"));
    result = convoy::reproduce(experiment, {.folder = options.text("out", folder),
                                            .force = options.has("force"),
                                            .threads = options.threads(experiment.plan.settings[0].config),
                                            .callback = &progress});
  }
  (options.has("json") ? print_reproduction_json : print_reproduction)(experiment, result);
  if (result.sweep.interrupted) {
    std::cerr << "interrupted; the same command goes on\n";
    return interrupted;
  }
  return result.holds ? ok : failed;
}

}  // namespace

const Verb reproduce_verb = {.name = "reproduce",
                             .operands = "[NAME]",
                             .help = "Hold a published claim against an experiment, or list them.",
                             .examples =
                                 "convoy reproduce vanishing --quick\n"
                                 "convoy reproduce bn-fig1 --out runs/figure",
                             .also_fails_if = "a claim does not hold",
                             .declare = declare_reproduce,
                             .run = run_reproduce};

}  // namespace convoy::app
