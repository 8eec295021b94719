#include "convoy/sweep.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "options.h"
#include "sweep_progress.h"
#include "terminal.h"
#include "verb.h"

namespace convoy::app {
namespace {

using Json = nlohmann::ordered_json;

/// Prints each run that ends, and each that was kept, on standard output as one JSON object; passes on what happens.
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
    }
    line["kept"] = run.kept;
    line["folder"] = run.folder.string();
    std::cout << line.dump() << std::endl;
  }

  const SweepPlan& plan_;
  SweepCallback& next_;
};

void print_json(const SweepResult& result) {
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
                     {"table", result.table.string()}};
  std::cout << line.dump() << std::endl;
}

/// "97.85 +- 0.12 %", "97.85 %" for a single run
std::string accuracy_of(const SweepSummary& summary) {
  if (summary.finished == 0) return "";
  const std::string deviation = summary.finished < 2 ? "" : " +- " + fixed(100 * summary.accuracy_deviation, 2);
  return fixed(100 * summary.accuracy, 2) + deviation + " %";
}

/// Also readable where training went astray.
std::string compact(double loss) {
  constexpr double large = 1e5;
  if (loss < large) return fixed(loss, 4);
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", loss);
  return text;
}

std::string loss_of(const SweepSummary& summary) {
  if (summary.finished == 0) return "";
  return compact(summary.loss) + (summary.finished < 2 ? "" : " +- " + compact(summary.loss_deviation));
}

std::string note_on(const SweepSummary& summary) {
  std::string note = summary.best ? "best" : "";
  if (summary.diverged > 0) {
    const int over = summary.finished + summary.diverged;
    note += (note.empty() ? "" : ", ") + std::to_string(summary.diverged) + " of " + std::to_string(over) + " diverged";
  }
  return note;
}

void print_text(const SweepResult& result) {
  std::vector<std::vector<std::string>> rows = {{"setting", "runs", "test accuracy", "test loss", ""}};
  for (const SweepSummary& summary : result.settings) {
    rows.push_back(
        {summary.label, std::to_string(summary.finished), accuracy_of(summary), loss_of(summary), note_on(summary)});
  }
  std::vector<std::size_t> widths(rows[0].size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
    std::cout << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
  }
  std::cout << "runs    " << result.folder.string() << '\n' << "table   " << result.table.string() << '\n';
}

SweepRequest request_from(const Options& options) {
  SweepRequest request{.sets = options.overrides()};
  if (options.has("seed")) request.sets.push_back("seed=" + options.text("seed"));
  if (options.has("seeds")) request.seeds = options.integer("seeds");
  if (options.has("jobs")) request.jobs = options.integer("jobs");
  if (options.has("random")) request.random = options.integer("random");
  return request;
}

}  // namespace

int sweep(const Arguments& arguments) {
  Options options("sweep");
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
  if (!options.parse(arguments, 1, 1, "one CONFIG")) return ok;
  const SweepPlan plan = load_sweep(options.positional()[0], request_from(options));
  const bool json = options.has("json");
  SweepResult result;
  {
    SweepProgress progress(plan, options.has("quiet"));
    JsonRuns json_runs(plan, progress);
    SweepCallback& callback = json ? static_cast<SweepCallback&>(json_runs) : progress;
    result = run_sweep(plan, {.folder = options.text("out"),
                              .force = options.has("force"),
                              .threads = options.threads(),
                              .callback = &callback});
  }
  (json ? print_json : print_text)(result);
  if (!result.interrupted) return ok;
  std::cerr << "interrupted; the same command goes on\n";
  return interrupted;
}

}  // namespace convoy::app
