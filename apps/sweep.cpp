#include "convoy/sweep.h"

#include <algorithm>
#include <cstdio>
#include <iostream>

#include "convoy/foreign_text.h"
#include "hints.h"
#include "json.h"
#include "options.h"
#include "sweep_progress.h"
#include "sweep_table.h"
#include "terminal.h"
#include "verb.h"

namespace convoy::app {
namespace {

/// Prints each run that ends, and each that was kept, on standard output as one JSON object, and passes all calls on.
class JsonRuns : public SweepCallback {
 public:
  JsonRuns(const SweepPlan& plan, SweepCallback& next) : plan_(plan), next_(next) {}

  void on_start(const std::vector<SweepRun>& runs) override {
    for (const SweepRun& run : runs) {
      if (run.kept) print(run);
    }
    next_.on_start(runs);
  }
  void on_run_begin(std::size_t run, const SweepRun& begun) override { next_.on_run_begin(run, begun); }
  bool on_batch_end(std::size_t run, const BatchLog& log) override { return next_.on_batch_end(run, log); }
  void on_epoch_end(std::size_t run, const EpochLog& log) override { next_.on_epoch_end(run, log); }
  void on_note(const std::string& note) override { next_.on_note(note); }
  bool on_evaluation(std::size_t run, const EvaluationLog& log) override { return next_.on_evaluation(run, log); }
  void on_warning(std::size_t run, const std::string& message) override { next_.on_warning(run, message); }
  void on_run_end(std::size_t run, const SweepRun& ended) override {
    if (ended.state != SweepRun::State::interrupted) print(ended);
    next_.on_run_end(run, ended);
  }

 private:
  void print(const SweepRun& run) const {
    const bool diverged = run.state == SweepRun::State::diverged;
    Json line = {{"event", "run"},
                 {"setting", plan_.settings[run.setting].label},
                 {"seed", run.seed},
                 {"diverged", diverged},
                 {"epochs", run.epochs}};
    if (!diverged) {
      line["loss"] = run.loss;
      line["accuracy"] = run.accuracy;
      line["best_epoch"] = run.best_epoch;
      line["seconds"] = run.seconds;
      if (!run.warning.empty()) line["warning"] = run.warning;
    }
    line["kept"] = run.kept;
    line["folder"] = run.folder.string();
    std::cout << json_text(line) << std::endl;
  }

  const SweepPlan& plan_;
  SweepCallback& next_;
};

void print_sweep_json(const SweepResult& result) {
  Json settings = Json::array();
  for (const SweepSummary& summary : result.settings) {
    settings.push_back({{"setting", summary.label},
                        {"finished", summary.finished},
                        {"diverged", summary.diverged},
                        {"accuracy", summary.accuracy},
                        {"accuracy_deviation", summary.accuracy_deviation},
                        {"loss", summary.loss},
                        {"loss_deviation", summary.loss_deviation},
                        {"best", summary.best}});
  }
  const Json line = {{"event", "result"},
                     {"settings", settings},
                     {"interrupted", result.interrupted},
                     {"folder", result.folder.string()},
                     {"table", result.table.string()},
                     {"page", result.page.string()}};
  std::cout << json_text(line) << std::endl;
}

/// Prints one warning for all runs with a gap between training and evaluation; the page of each run has its own.
void warn_of_gaps(const SweepResult& result) {
  const auto warns = [](const SweepRun& run) { return !run.warning.empty(); };
  const auto first = std::ranges::find_if(result.runs, warns);
  if (first == result.runs.end()) return;
  print_warning(std::to_string(std::ranges::count_if(result.runs, warns)) + " of " +
                std::to_string(result.runs.size()) +
                " runs have a gap between training and evaluation, the first: run " +
                std::to_string(first - result.runs.begin() + 1) + ": " + first->warning);
}

/// What the options add to the [sweep] of the file.
SweepRequest request_from(const Options& options) {
  SweepRequest request{.sets = options.overrides()};
  if (options.has("seed")) request.sets.push_back("seed=" + options.text("seed"));
  if (options.has("seeds")) request.seeds = options.integer("seeds");
  if (options.has("random")) request.random = options.integer("random");
  return request;
}

void declare_sweep(Options& options) {
  options.add_overrides("KEY=V1,V2",
                        "Try these values of a key: optimizer.learning_rate=1e-3,1e-2; with --random "
                        "also a range, '1e-4..1e-1 log'. A single value is an override.");
  options.add_integer("seeds", "N", "Train each setting with so many seeds; as configured, else 1.", 0, 1, 1000);
  options.add_text("seed", "N", "The first seed.");
  options.add_integer("random", "N", "Draw so many settings at random instead of taking all combinations.", 0, 0, 1000);
  options.add_integer("jobs", "N", "Train so many runs at a time, which share the threads; as configured, else 1.", 0,
                      1, 1000);
  options.add_threads();
  options.add_text("out", "DIR",
                   "The sweep's folder; runs/NAME-sweep without it. There it goes on with the same sweep.");
  options.add_flag("force", "Begin anew, and remove the runs of the sweep that is there.");
  options.add_flag("json", "Print one JSON object a line.");
  options.add_flag("quiet", "Show no progress.");
}

/// Runs a sweep in its folder, showing progress, and prints the results; returns `interrupted` if stopped.
int run_sweep(const Options& options) {
  SweepPlan plan = load_sweep(config_file(options.positional()[0]), request_from(options));
  plan.jobs = options.jobs(plan.jobs);
  const bool json = options.has("json");
  SweepResult result;
  {
    SweepProgress progress(plan, options.has("quiet"));
    JsonRuns json_runs(plan, progress);
    SweepCallback& callback = json ? static_cast<SweepCallback&>(json_runs) : progress;
    result = run_sweep(plan, {.folder = options.text("out"),
                              .force = options.has("force"),
                              .threads = options.threads(plan.settings[0].config),
                              .callback = &callback});
  }
  warn_of_gaps(result);
  (json ? print_sweep_json : print_table)(result);
  if (!result.interrupted) return ok;
  std::cerr << "interrupted; the same command goes on\n";
  return interrupted;
}

}  // namespace

const Verb sweep_verb = {.name = "sweep",
                         .operands = "CONFIG",
                         .help = "Train every combination of settings, with several seeds.",
                         .examples =
                             "convoy sweep configs/mnist_sweep.toml\n"
                             "convoy sweep configs/mnist_cnn.toml -s train.batch_size=32,64 --seeds 3",
                         .declare = declare_sweep,
                         .run = run_sweep};

}  // namespace convoy::app
