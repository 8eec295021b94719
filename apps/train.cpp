#include <iostream>

#include "convoy/foreign_text.h"
#include "convoy/machine.h"
#include "convoy/number_text.h"
#include "convoy/run.h"
#include "hints.h"
#include "json.h"
#include "options.h"
#include "progress.h"
#include "terminal.h"
#include "verb.h"

namespace convoy::app {
namespace {

/// Mean images a second over the epochs; 0 of none.
double mean_speed(const History& history) {
  double sum = 0;
  for (const EpochLog& log : history) sum += log.images_per_second;
  return history.empty() ? 0 : sum / static_cast<double>(history.size());
}

void print_result_json(const RunResult& result) {
  Json line = {{"event", "result"}};
  if (result.test.samples > 0) {
    line["loss"] = result.test.loss;
    line["accuracy"] = result.test.accuracy;
    line["top_k"] = result.test.top_k;
  }
  line["best_epoch"] = result.best_epoch;
  line["epochs"] = result.history.size();
  line["interrupted"] = result.interrupted;
  line["seconds"] = result.seconds;
  line["earlier_seconds"] = result.earlier_seconds;
  line["images_per_second"] = mean_speed(result.history);
  line["peak_rss_mb"] = result.peak_rss_mb;
  if (!result.warning.empty()) line["warning"] = result.warning;
  line["model"] = result.model.string();
  line["report"] = result.report.string();
  std::cout << json_text(line) << std::endl;
}

void print_result(const RunResult& result) {
  const bool validated = !result.history.empty() && result.history.front().has_validation;
  std::string weights = "weights so far";
  if (result.best_epoch > 0) {
    weights = "weights of epoch " + std::to_string(result.best_epoch) + ", best on " +
              (validated ? "validation" : "training");
  }
  if (result.test.samples > 0) {
    std::cout << "test accuracy " << percent(result.test.accuracy) << ", loss " << fixed(result.test.loss, 4) << " ("
              << weights << ")\n";
  }
  std::cout << "model   " << shown(result.model.string()) << '\n'
            << "report  " << shown(result.report.string()) << '\n'
            << "peak memory " << fixed(result.peak_rss_mb, 0) << " MB, " << duration(result.seconds);
  if (result.earlier_seconds > 0) std::cout << ", " << duration(result.earlier_seconds) << " of it before this resume";
  std::cout << '\n';
}

/// Text as a TOML string, with quotes and escapes.
std::string quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) quoted += (c == '"' || c == '\\' ? "\\" : "") + std::string(1, c);
  return quoted + "\"";
}

/// Adds the options that train and resume have in common.
void add_training_options(Options& options) {
  options.add_threads();
  options.add_flag("json", "Print one JSON object a line.");
  options.add_flag("quiet", "Show no progress.");
}

/// Does the common part of train and resume: calls `work` with threads and callbacks added to `run_options`, prints the
/// result and returns the exit code.
template <class Work>
int run(const Options& options, const Config& config, RunOptions run_options, Work work) {
  const bool json = options.has("json");
  RunResult result;
  {
    run_options.threads = options.threads(config);
    Progress progress(options.has("quiet"), !json);
    JsonEpochs json_epochs;
    run_options.callbacks.push_back(&progress);
    if (json) run_options.callbacks.push_back(&json_epochs);
    result = work(run_options);
  }
  if (!result.warning.empty()) print_warning(result.warning);
  (json ? print_result_json : print_result)(result);
  if (!result.interrupted) return ok;
  std::cerr << "interrupted; convoy resume " << shown(result.folder.string()) << " goes on\n";
  return interrupted;
}

void declare_train(Options& options) {
  options.add_overrides();
  add_training_options(options);
  options.add_text("out", "DIR", "The run folder; runs/NAME without it.");
  options.add_flag("force", "Replace a run that is there.");
  options.add_text("from", "MODEL", "Start from the weights of a model or run, where names and shapes agree.");
  options.add_text("seed", "N", "Draw weights, shuffling and dropout from this seed.");
}

/// Trains a configuration into a run folder; see run().
int run_train(const Options& options) {
  std::vector<std::string> overrides = options.overrides();
  if (options.has("seed")) overrides.push_back("seed=" + options.text("seed"));
  if (options.has("from")) overrides.push_back("from=" + quoted(options.text("from")));
  const Config config = load_config(config_file(options.positional()[0]), overrides);
  RunOptions run_options;
  run_options.folder = options.text("out");
  run_options.force = options.has("force");
  return run(options, config, run_options, [&](const RunOptions& all) { return train_run(config, all); });
}

void declare_resume(Options& options) {
  add_training_options(options);
  options.add_overrides("KEY=VALUE", "Change a key that says how long to train or how to work: train.patience=10.");
  options.add_integer("epochs", "N", "Train until so many epochs are done, as -s train.epochs=N.", 0, 1, 1000000);
}

/// Resumes a run in its folder; see run().
int run_resume(const Options& options) {
  std::vector<std::string> overrides = options.overrides();
  if (options.has("epochs")) overrides.push_back("train.epochs=" + options.text("epochs"));
  const std::filesystem::path folder = run_folder(options.positional()[0]);
  return run(options, config_of_run(folder), {},
             [&](const RunOptions& all) { return resume_run(folder, all, overrides); });
}

}  // namespace

const Verb train_verb = {.name = "train",
                         .operands = "CONFIG",
                         .help = "Train as a configuration says, into a run folder.",
                         .examples =
                             "convoy train configs/mnist_cnn.toml\n"
                             "convoy train configs/mnist_cnn.toml -s train.epochs=3 --out runs/short\n"
                             "convoy train configs/mnist_cnn.toml -s 'layer.bn*.enabled=false'\n"
                             "convoy train configs/mnist_new_head.toml --from runs/mnist_cnn",
                         .declare = declare_train,
                         .run = run_train};

const Verb resume_verb = {.name = "resume",
                          .operands = "RUN",
                          .help = "Go on with a run that was interrupted, or for more epochs.",
                          .examples =
                              "convoy resume runs/mnist_cnn\n"
                              "convoy resume runs/mnist_cnn --epochs 20\n"
                              "convoy resume runs/mnist_cnn -s train.patience=10",
                          .declare = declare_resume,
                          .run = run_resume};

}  // namespace convoy::app
