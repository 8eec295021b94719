#include <algorithm>
#include <iostream>
#include <numeric>
#include <span>
#include <utility>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "convoy/number_text.h"
#include "convoy/predictor.h"
#include "convoy/run.h"
#include "finite.h"
#include "json.h"
#include "options.h"
#include "terminal.h"
#include "verb.h"

namespace convoy::app {
namespace {

/// A class with its probability.
struct Guess {
  std::string name;
  float probability;
};

/// The `count` likeliest classes, the likeliest first.
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

/// Prints the likeliest classes of each image as a line of text, a JSON object or a row of CSV.
class Printer {
 public:
  Printer(const Options& options, int classes)
      : json_(options.has("json")), csv_(options.has("csv")), top_(std::min(options.integer("top"), classes)) {}

  int top() const { return top_; }

  void print_header() const {
    if (!csv_) return;
    std::cout << "image";
    for (int i = 1; i <= top_; ++i) {
      const std::string number = i == 1 ? "" : std::to_string(i);
      std::cout << ",class" << number << ",probability" << number;
    }
    std::cout << '\n';
  }

  void print(const std::string& image, const std::vector<Guess>& guesses) const {
    if (json_) return print_json(image, guesses);
    std::cout << (csv_ ? csv_field(shown(image)) : shown(image) + ':');
    for (const Guess& guess : guesses) {
      if (csv_) {
        std::cout << ',' << csv_field(shown(guess.name)) << ',' << guess.probability;
      } else {
        std::cout << "  " << shown(guess.name) << ' ' << percent(static_cast<double>(guess.probability));
      }
    }
    std::cout << '\n';
  }

  /// Prints an error about an image on standard error, and with --json also on standard output.
  void print_error(const std::string& image, const std::string& error) const {
    std::cout.flush();  // the lines before it come first
    app::print_error(error);
    if (!json_) return;
    std::cout << json_text(Json{{"event", "prediction"}, {"image", image}, {"error", error}}) << '\n';
  }

 private:
  static void print_json(const std::string& image, const std::vector<Guess>& guesses) {
    Json line = {
        {"event", "prediction"}, {"image", image}, {"class", guesses[0].name}, {"probability", guesses[0].probability}};
    for (const Guess& guess : guesses)
      line["top"].push_back({{"class", guess.name}, {"probability", guess.probability}});
    std::cout << json_text(line) << '\n';
  }

  bool json_;
  bool csv_;
  int top_;
};

/// Prints the outputs of a layer for each image: all numbers in JSON and CSV, else shape, mean and range.
class LayerPrinter {
 public:
  LayerPrinter(const Options& options, Model& model)
      : json_(options.has("json")),
        csv_(options.has("csv")),
        layer_(options.text("layer")),
        shape_(model.output_shape_of(layer_)) {}

  void print_header() const {
    if (!csv_) return;
    std::cout << "image";
    for (std::size_t i = 0; i < shape_.size(); ++i) std::cout << ',' << i;
    std::cout << '\n';
  }

  void print(const std::string& image, const std::vector<float>& values) const {
    if (json_) {
      Json line = {{"event", "output"}, {"image", image}, {"layer", layer_}, {"values", values}};
      for (int axis = 0; axis < shape_.rank(); ++axis) line["shape"].push_back(shape_[axis]);
      std::cout << json_text(line) << '\n';
    } else if (csv_) {
      std::cout << csv_field(shown(image));
      for (const float value : values) std::cout << ',' << value;
      std::cout << '\n';
    } else {
      const auto [low, high] = std::ranges::minmax(values);
      const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
      std::cout << shown(image) << ": " << layer_ << ' ' << shape_.text() << ", mean " << rounded(mean) << ", "
                << rounded(static_cast<double>(low)) << " to " << rounded(static_cast<double>(high)) << '\n';
    }
  }

 private:
  bool json_;
  bool csv_;
  std::string layer_;
  Shape shape_;
};

/// Throws Error{config} where both options are given.
void refuse_both(const Options& options, const std::string& one, const std::string& other) {
  if (options.has(one) && options.has(other))
    throw Error(ErrorKind::config, "convoy predict: expected --" + one + " or --" + other + ", got both");
}

/// How to prepare images: as the data settings of the training say, unless an option says otherwise.
ImageOptions preparation(const Options& options, const Settings& data) {
  ImageOptions image;
  image.invert = options.has("invert") || (!options.has("no-invert") && data.has("invert") && data.flag("invert"));
  image.fit = options.text("fit", data.text_or("fit", "stretch"));
  return image;
}

/// The image files that an argument means: itself, or all below a folder, with a note on other files there. Throws
/// Error{data} for a folder without images.
std::vector<std::filesystem::path> images_of(const std::string& argument) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(argument, ignored)) return {argument};
  ImageList list = list_images(argument);
  if (list.files.empty()) throw Error(ErrorKind::data, argument + ": no image in this folder");
  if (list.passed_over > 0) {
    print_note(argument + ": passed over what is no image: " + std::to_string(list.passed_over) +
               (list.passed_over == 1 ? " file" : " files"));
  }
  return std::move(list.files);
}

void declare_predict(Options& options) {
  options.add_integer("top", "K", "Show the K likeliest classes; 1 is the default.", 1, 1, 1000000);
  options.add_choice("fit", image_fits(),
                     "How images get the model's size, as the key data.fit of its training unless given: stretch; pad, "
                     "which keeps the proportions; digit, for photos of digits: prepared as MNIST's were.");
  options.add_flag("invert", "The images are dark on light, the model learnt light on dark (or the other way round).");
  options.add_flag("no-invert", "The model's training images were inverted, these are not to be.");
  options.add_text("layer", "NAME", "Show what a layer gives instead of classes: with --json or --csv, every number.");
  options.add_flag("csv", "Print a table: image, class and probability, and class2 ... with --top.");
  options.add_flag("json", "Print one JSON object an image.");
}

/// Calls work(file) for each image that the operands name. An Error is printed, and the other images go on. Returns the
/// exit code.
template <class Work>
int for_each_image(const Options& options, const Printer& printer, const Work& work) {
  int code = ok;
  const auto keep_on = [&](const std::string& name, const auto& part) {
    try {
      part();
    } catch (const Error& error) {
      printer.print_error(name, error.what());
      code = bad_data;
    }
  };
  for (std::size_t i = 1; i < options.positional().size(); ++i) {
    const std::string& argument = options.positional()[i];
    keep_on(argument, [&] {
      for (const auto& image : images_of(argument)) keep_on(image.string(), [&] { work(image); });
    });
  }
  return code;
}

/// Prints the classes, or the outputs of a layer, for each image; returns `bad_data` if one could not be read.
int run_predict(const Options& options) {
  refuse_both(options, "csv", "json");
  refuse_both(options, "invert", "no-invert");
  refuse_both(options, "layer", "top");
  const std::filesystem::path file = model_file(options.positional()[0]);
  Model model = Model::load(file, 1);
  const ImageOptions image_options = preparation(options, config_of(file).data);
  const Printer printer(options, model.outputs());
  if (options.has("layer")) {
    const LayerPrinter layer_printer(options, model);
    layer_printer.print_header();
    return for_each_image(options, printer, [&](const std::filesystem::path& image) {
      const Dataset one =
          Dataset::from_bytes(model.input_shape(), load_image(image, model.input_shape(), image_options), {0});
      layer_printer.print(image.string(), model.outputs_of(options.text("layer"), one));
    });
  }
  Predictor predictor(model);
  bool begun = false;
  return for_each_image(options, printer, [&](const std::filesystem::path& image) {
    const auto pixels = load_image(image, model.input_shape(), image_options);
    const std::vector<float> outputs = predictor.predict(std::vector<float>(pixels.begin(), pixels.end()));
    require_finite(outputs, file);
    if (!std::exchange(begun, true)) printer.print_header();
    printer.print(image.string(), best(outputs, model.class_names(), printer.top()));
  });
}

}  // namespace

const Verb predict_verb = {.name = "predict",
                           .operands = "MODEL IMAGE...",
                           .help = "Classify images.",
                           .examples =
                               "convoy predict runs/mnist_cnn photo.png --top 3\n"
                               "convoy predict runs/mnist_cnn scans/ --fit digit --csv > digits.csv\n"
                               "convoy predict runs/mnist_cnn photo.png --layer flatten --json",
                           .declare = declare_predict,
                           .run = run_predict};

}  // namespace convoy::app
