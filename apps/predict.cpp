#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <span>

#include "convoy/error.h"
#include "convoy/experiment.h"
#include "convoy/foreign_text.h"
#include "convoy/predictor.h"
#include "finite.h"
#include "options.h"
#include "terminal.h"
#include "verb.h"

namespace convoy::app {
namespace {

struct Guess {
  std::string name;
  float probability;
};

std::vector<Guess> best(std::span<const float> probabilities, const std::vector<std::string>& names, int count) {
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater{}, [&](std::size_t i) { return probabilities[i]; });
  order.resize(std::min(order.size(), static_cast<std::size_t>(count)));
  std::vector<Guess> guesses;
  for (const std::size_t i : order)
    guesses.push_back({i < names.size() ? names[i] : std::to_string(i), probabilities[i]});
  return guesses;
}

void print(const std::string& image, const std::vector<Guess>& guesses, bool json) {
  if (json) {
    nlohmann::ordered_json line = {
        {"event", "prediction"}, {"image", image}, {"class", guesses[0].name}, {"probability", guesses[0].probability}};
    for (const Guess& guess : guesses)
      line["top"].push_back({{"class", guess.name}, {"probability", guess.probability}});
    std::cout << json_text(line) << '\n';
    return;
  }
  std::cout << shown(image) << ':';
  for (const Guess& guess : guesses)
    std::cout << "  " << shown(guess.name) << ' ' << percent(static_cast<double>(guess.probability));
  std::cout << '\n';
}

void declare_predict(Options& options) {
  options.add_integer("top", "K", "Show the K likeliest classes; 1 is the default.", 1, 1, 1000000);
  options.add_flag("invert", "The images are dark on light, the model learnt light on dark (or the other way round).");
  options.add_flag("json", "Print one JSON object an image.");
}

int run_predict(const Options& options) {
  const auto file = model_file(options.positional()[0]);
  Model model = Model::load(file, 1);
  Predictor predictor(model);
  int code = ok;
  for (std::size_t i = 1; i < options.positional().size(); ++i) {
    const std::string& image = options.positional()[i];
    try {
      const auto pixels = load_image(image, model.input_shape(), {.invert = options.has("invert")});
      const std::vector<float> values(pixels.begin(), pixels.end());
      const std::span<const float> outputs = predictor.predict(values);
      require_finite(outputs, file);
      print(image, best(outputs, model.class_names(), options.integer("top")), options.has("json"));
    } catch (const Error& error) {  // the other images are still worth an answer
      std::cerr << red("error: ") << shown_lines(error.what()) << '\n';
      code = bad_data;
    }
  }
  return code;
}

}  // namespace

const Verb predict_verb = {.name = "predict",
                           .operands = "MODEL IMAGE...",
                           .help = "Classify images.",
                           .examples =
                               "convoy predict runs/mnist_cnn photo.png --top 3\n"
                               "convoy predict runs/mnist_cnn scans/*.png --invert",
                           .declare = declare_predict,
                           .run = run_predict};

}  // namespace convoy::app
