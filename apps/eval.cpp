#include <iostream>

#include "convoy/foreign_text.h"
#include "convoy/machine.h"
#include "convoy/model_data.h"
#include "convoy/number_text.h"
#include "convoy/report.h"
#include "convoy/run.h"
#include "finite.h"
#include "json.h"
#include "options.h"
#include "output_file.h"
#include "scores.h"
#include "terminal.h"
#include "verb.h"

namespace convoy::app {
namespace {

void print_evaluation_json(const Evaluation& result, const std::string& split,
                           const std::vector<std::string>& class_names) {
  Json line = {{"event", "evaluation"},
               {"split", split},
               {"samples", result.samples},
               {"loss", result.loss},
               {"accuracy", result.accuracy},
               {"top_k", result.top_k},
               {"k", result.k},
               {"seconds", result.seconds},
               {"images_per_second", result.samples / result.seconds},
               {"peak_rss_mb", peak_rss_mb()}};
  add_scores(line, result, class_names);
  std::cout << json_text(line) << '\n';
}

void print_evaluation(const Evaluation& result, const std::string& split, const std::vector<std::string>& class_names) {
  std::cout << split;
  if (!result.confusion.empty()) std::cout << " accuracy " << percent(result.accuracy) << ',';
  std::cout << " loss " << fixed(result.loss, 4);
  if (!result.confusion.empty()) std::cout << ", top-" << result.k << ' ' << percent(result.top_k);
  std::cout << " (" << result.samples << " images, " << fixed(result.samples / result.seconds, 0) << "/s)\n"
            << scores_text(result, class_names);
}

void declare_eval(Options& options) {
  options.add_text("data", "PATH", "Other data than the configuration's.");
  options.add_text("dataset", "KIND",
                   "What that is: idx, image_folder, numpy, cifar or csv; without it, judged by its files.");
  options.add_overrides("data.KEY=VALUE", "Read the data in another way: data.transpose=true.");
  options.add_choice("split", {"test", "validation", "train"}, "Which images; test is the default.");
  options.add_integer("top", "K", "The k of top-k accuracy; 5 is the default.", 5, 1, 1000000);
  options.add_text("errors", "FILE.csv", "Write a row for each image that was taken for another class.");
  options.add_threads();
  options.add_flag("json", "Print one JSON object.");
}

/// Evaluates a model, prints the scores and notes, and writes --errors if given.
int run_eval(const Options& options) {
  const auto file = model_file(options.positional()[0]);
  if (options.has("errors")) require_output(options.text("errors"), Output::mistakes);
  Model model = Model::load(file, options.threads(config_of(file)));
  const std::string split = options.text("split", "test");
  const ModelData found = load_model_data(file, {.folder = options.text("data"),
                                                 .dataset = options.text("dataset"),
                                                 .overrides = options.overrides(),
                                                 .split = split});
  print_notes(found.notes);
  const std::vector<std::string> class_names = model.class_names();
  const Evaluation result = model.evaluate(found.data, 32, options.integer("top"));
  require_finite(result, file);
  (options.has("json") ? print_evaluation_json : print_evaluation)(result, split, class_names);
  std::cout.flush();  // the figures come first
  const std::string missing = missing_classes_text(result, class_names);
  if (!missing.empty()) print_notes({missing});
  if (!found.warning.empty()) print_notes({"its run ended with a warning: " + found.warning});
  if (options.has("errors")) write_mistakes(result, found.data, class_names, options.text("errors"));
  return ok;
}

}  // namespace

const Verb eval_verb = {.name = "eval",
                        .operands = "MODEL",
                        .help = "Evaluate a model on a data set.",
                        .examples =
                            "convoy eval runs/mnist_cnn\n"
                            "convoy eval runs/mnist_cnn --split validation --errors mistakes.csv\n"
                            "convoy eval digits.safetensors --data ~/digits --json\n"
                            "convoy eval digits.safetensors --data ~/emnist -s data.transpose=true",
                        .declare = declare_eval,
                        .run = run_eval};

}  // namespace convoy::app
