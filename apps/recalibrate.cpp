#include <cstdio>
#include <iomanip>
#include <iostream>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "convoy/number_text.h"
#include "convoy/run.h"
#include "finite.h"
#include "options.h"
#include "output_file.h"
#include "terminal.h"
#include "verb.h"

namespace convoy::app {
namespace {

/// The evaluations of a model.
struct Scores {
  Evaluation validation;  ///< without samples where the configuration sets none aside
  Evaluation test;
};

/// Evaluates a model on the validation and the test samples.
Scores scores_of(Model& model, const DataSplits& data) {
  Scores scores;
  if (!data.validation.empty()) scores.validation = model.evaluate(data.validation);
  scores.test = model.evaluate(data.test);
  return scores;
}

/// Prints a line that compares two evaluations; nothing where there are no samples.
void print(const char* split, const Evaluation& before, const Evaluation& after) {
  if (after.samples == 0) return;
  std::cout << split << " accuracy " << percent(before.accuracy) << " -> " << percent(after.accuracy) << ", loss "
            << fixed(before.loss, 4) << " -> " << fixed(after.loss, 4) << " (" << after.samples << " images)\n";
}

/// A number with three digits, as in the warning of a training.
std::string three_digits(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", number);
  return text;
}

/// Prints a table of how far the moving statistics of each layer were off.
void print(const std::vector<Recalibration>& layers) {
  std::size_t width = 5;
  for (const auto& layer : layers) width = std::max(width, layer.layer.size());
  const auto name = [&](const std::string& text) -> std::ostream& {
    return std::cout << std::left << std::setw(static_cast<int>(width)) << text << std::right;
  };
  name("layer") << "      mean was off by    variance was\n";
  for (const auto& layer : layers) {
    name(layer.layer) << std::setw(10) << three_digits(layer.mean_gap) << " deviations" << std::setw(10)
                      << three_digits(layer.variance_ratio) << " times\n";
  }
}

void declare_recalibrate(Options& options) {
  options.add_text("data", "DIR", "Another folder of data than the configuration's.");
  options.add_integer("images", "N", "Training images to take the statistics of; 10000 is the default.", 10000, 1,
                      1 << 30);
  options.add_integer("batch", "N", "Images that are normalised together; without it, as in training.", 0, 1, 1 << 20);
  options.add_text("o,output", "FILE", "The new model; MODEL.recalibrated.safetensors without it.");
  options.add_threads();
}

/// --output, else a file beside the model.
std::filesystem::path output_beside(const std::filesystem::path& model, const Options& options) {
  if (options.has("output")) return options.text("output");
  auto output = model;
  return output.replace_extension(".recalibrated.safetensors");
}

/// Recalibrates a model, prints scores before and after, and writes the new model file.
int run_recalibrate(const Options& options) {
  const auto file = model_file(options.positional()[0]);
  const auto output = output_beside(file, options);
  require_output(output, Output::model, file);
  Model model = Model::load(file, options.threads(config_of(file)));
  const DataSplits data = data_of_model(file, options.text("data"));
  const int batch = options.has("batch") ? options.integer("batch") : config_of(file).train.integer("batch_size");
  const Scores before = scores_of(model, data);
  print(model.recalibrate(data.train, {.images = options.integer("images"), .batch_size = batch}));
  const Scores after = scores_of(model, data);
  for (const Scores* scores : {&before, &after}) {
    require_finite(scores->validation, file);
    require_finite(scores->test, file);
  }
  print("validation", before.validation, after.validation);
  print("test", before.test, after.test);
  model.save(output);
  std::cout << "model   " << shown(output.string()) << '\n';
  return ok;
}

}  // namespace

const Verb recalibrate_verb = {.name = "recalibrate",
                               .operands = "MODEL",
                               .help = "Replace batch norm's moving statistics by the data's.",
                               .examples =
                                   "convoy recalibrate runs/mnist_cnn\n"
                                   "convoy recalibrate runs/mnist_cnn --images 2000 -o better.safetensors",
                               .declare = declare_recalibrate,
                               .run = run_recalibrate};

}  // namespace convoy::app
