#include <iostream>
#include <nlohmann/json.hpp>

#include "convoy/experiment.h"
#include "convoy/foreign_text.h"
#include "finite.h"
#include "options.h"
#include "terminal.h"
#include "verb.h"

namespace convoy::app {
namespace {

constexpr std::size_t widest_name = 16;  ///< of a class, in the matrix

void print_confusion(const Evaluation& result, const std::vector<std::string>& names) {
  std::cout << "confusion matrix (rows: labels, columns: predictions)\n";
  const auto name = [&](int i) {
    const bool named = static_cast<std::size_t>(i) < names.size();
    return named ? shortened(shown(names[static_cast<std::size_t>(i)]), widest_name) : std::to_string(i);
  };
  std::size_t width = 5;
  for (int i = 0; i < result.classes; ++i) width = std::max(width, columns(name(i)));
  const auto cell = [&](const std::string& text) { std::cout << ' ' << right_aligned(text, width); };
  cell("");
  for (int i = 0; i < result.classes; ++i) cell(name(i));
  std::cout << '\n';
  for (int row = 0; row < result.classes; ++row) {
    cell(name(row));
    for (int i = 0; i < result.classes; ++i) {
      cell(std::to_string(result.confusion.count(row, i)));
    }
    std::cout << '\n';
  }
}

/// One list a label, of the numbers of images by prediction.
std::vector<std::vector<std::int64_t>> rows_of(const Evaluation& result) {
  std::vector<std::vector<std::int64_t>> rows;
  for (int label = 0; label < result.classes; ++label) {
    rows.emplace_back();
    for (int i = 0; i < result.classes; ++i) rows.back().push_back(result.confusion.count(label, i));
  }
  return rows;
}

void print_json(const Evaluation& result, const std::string& split) {
  const nlohmann::ordered_json line = {{"event", "evaluation"},
                                       {"split", split},
                                       {"samples", result.samples},
                                       {"loss", result.loss},
                                       {"accuracy", result.accuracy},
                                       {"top_k", result.top_k},
                                       {"k", result.k},
                                       {"seconds", result.seconds},
                                       {"images_per_second", result.samples / result.seconds},
                                       {"peak_rss_mb", peak_rss_mb()},
                                       {"confusion", rows_of(result)}};
  std::cout << json_text(line) << '\n';
}

void declare_eval(Options& options) {
  options.add_text("data", "DIR", "Another folder of data than the configuration's.");
  options.add_choice("split", {"test", "validation", "train"}, "Which images; test is the default.");
  options.add_integer("top", "K", "The k of top-k accuracy; 5 is the default.", 5, 1, 1000000);
  options.add_threads();
  options.add_flag("json", "Print one JSON object.");
}

int run_eval(const Options& options) {
  const auto file = model_file(options.positional()[0]);
  Model model = Model::load(file, options.threads(config_of(file)));
  const DataSplits data = data_of_model(file, options.text("data"));
  const std::string split = options.text("split", "test");
  const Evaluation result = model.evaluate(data.split(split), 32, options.integer("top"));
  require_finite(result, file);
  if (options.has("json")) {
    print_json(result, split);
    return ok;
  }
  std::cout << split << " accuracy " << percent(result.accuracy) << ", loss " << fixed(result.loss, 4) << ", top-"
            << result.k << ' ' << percent(result.top_k) << " (" << result.samples << " images, "
            << fixed(result.samples / result.seconds, 0) << " images/s)\n";
  if (result.classes > 1 && result.classes <= 30) print_confusion(result, model.class_names());
  return ok;
}

}  // namespace

const Verb eval_verb = {.name = "eval",
                        .operands = "MODEL",
                        .help = "Evaluate a model on a data set.",
                        .examples =
                            "convoy eval runs/mnist_cnn\n"
                            "convoy eval runs/mnist_cnn --split validation\n"
                            "convoy eval digits.safetensors --data ~/digits --json",
                        .declare = declare_eval,
                        .run = run_eval};

}  // namespace convoy::app
