#include <iostream>
#include <nlohmann/json.hpp>

#include "convoy/experiment.h"
#include "progress.h"
#include "terminal.h"
#include "verb.h"

namespace convoy::app {
namespace {

double mean_speed(const History& history) {
  double sum = 0;
  for (const EpochLog& log : history) sum += log.images_per_second;
  return history.empty() ? 0 : sum / static_cast<double>(history.size());
}

void print_json(const RunResult& result) {
  const nlohmann::ordered_json line = {{"event", "result"},
                                       {"loss", result.test.loss},
                                       {"accuracy", result.test.accuracy},
                                       {"top_k", result.test.top_k},
                                       {"best_epoch", result.best_epoch},
                                       {"epochs", result.history.size()},
                                       {"interrupted", result.interrupted},
                                       {"seconds", result.seconds},
                                       {"images_per_second", mean_speed(result.history)},
                                       {"peak_rss_mb", result.peak_rss_mb},
                                       {"model", result.model.string()},
                                       {"report", result.report.string()}};
  std::cout << line.dump() << std::endl;
}

void print_text(const RunResult& result) {
  const bool validated = !result.history.empty() && result.history.front().has_validation;
  std::string weights = "the weights so far";
  if (result.best_epoch > 0) {
    weights = "the weights of epoch " + std::to_string(result.best_epoch) +
              (validated ? ", the best on the validation images" : ", the last");
  }
  std::cout << "test accuracy " << percent(result.test.accuracy) << ", loss " << fixed(result.test.loss, 4) << " ("
            << weights << ")\n"
            << "model   " << result.model.string() << '\n'
            << "report  " << result.report.string() << '\n'
            << "peak memory " << fixed(result.peak_rss_mb, 0) << " MB, " << duration(result.seconds) << '\n';
}

void add_training_options(Options& options) {
  options.add()("threads", "Threads to use; 0 for one a core.", cxxopts::value<int>()->default_value("0"), "N")(
      "json", "Print one JSON object a line.")("quiet", "Show no progress.");
}

/// What train and resume share: callbacks before, results after.
template <class Work>
int run(const Options& options, RunOptions run_options, Work work) {
  Progress progress(options->count("quiet") > 0);
  JsonEpochs json_epochs;
  const bool json = options->count("json") > 0;
  run_options.threads = (*options)["threads"].template as<int>();
  run_options.callbacks.push_back(&progress);
  if (json) run_options.callbacks.push_back(&json_epochs);
  const RunResult result = work(run_options);
  (json ? print_json : print_text)(result);
  if (!result.interrupted) return ok;
  std::cerr << "interrupted; convoy resume " << result.folder.string() << " goes on\n";
  return interrupted;
}

}  // namespace

int train(const Arguments& arguments) {
  Options options("train");
  options.add_overrides();
  add_training_options(options);
  options.add()("out", "The run folder; runs/NAME without it.", cxxopts::value<std::string>(), "DIR")(
      "force", "Replace a run that is there.")("seed", "Draw weights, shuffling and dropout from this seed.",
                                               cxxopts::value<std::string>(), "N");
  if (!options.parse(arguments, 1, 1, "one CONFIG")) return ok;
  std::vector<std::string> overrides = options.overrides();
  if (options->count("seed") > 0) overrides.push_back("seed=" + (*options)["seed"].as<std::string>());
  const Config config = load_config(options.positional()[0], overrides);
  RunOptions run_options;
  if (options->count("out") > 0) run_options.folder = (*options)["out"].as<std::string>();
  run_options.force = options->count("force") > 0;
  return run(options, run_options, [&](const RunOptions& all) { return run_experiment(config, all); });
}

int resume(const Arguments& arguments) {
  Options options("resume");
  add_training_options(options);
  options.add()("epochs", "Train until so many epochs are done; without it, as configured.",
                cxxopts::value<int>()->default_value("0"), "N");
  if (!options.parse(arguments, 1, 1, "one RUN folder")) return ok;
  const int epochs = (*options)["epochs"].as<int>();
  return run(options, {},
             [&](const RunOptions& all) { return resume_experiment(options.positional()[0], all, epochs); });
}

}  // namespace convoy::app
