#include <iostream>

#include "convoy/foreign_text.h"
#include "convoy/preview.h"
#include "hints.h"
#include "options.h"
#include "output_file.h"
#include "statistics.h"
#include "terminal.h"
#include "verb.h"

namespace convoy::app {
namespace {

void declare_data(Options& options) {
  options.add_overrides();
  options.add_text("o,output", "FILE", "The PNG file; preview.png without it.");
  options.add_integer("images", "N",
                      "Show so many images; without it, ten of each class, or ten where they are augmented.", 0, 1,
                      1000);
  options.add_choice("split", {"train", "validation", "test"}, "Which images; train is the default.");
}

/// Writes a PNG with samples of the data and prints statistics of them.
int run_data(const Options& options) {
  const std::filesystem::path file = options.text("output", "preview.png");
  require_output(file, Output::picture);
  const PreviewOptions preview_options{.split = options.text("split", "train"), .images = options.integer("images")};
  const Config config = load_config(config_file(options.positional()[1]), options.overrides());
  const DataPreview preview = preview_data(config, file, preview_options);
  print_notes(preview.notes);
  std::cout << text(preview.data, preview_options.split + " samples") << "wrote " << shown(file.string()) << ": "
            << preview.images << " images";
  if (preview.versions > 0) std::cout << ", each with its first " << preview.versions << " augmented versions";
  std::cout << '\n';
  return ok;
}

}  // namespace

const Verb data_verb = {.name = "data",
                        .operands = "preview CONFIG",
                        .help = "Draw the images that training sees, and count them.",
                        .examples =
                            "convoy data preview configs/mnist_augmented.toml\n"
                            "convoy data preview configs/mnist_cnn.toml --split test -o test.png",
                        .declare = declare_data,
                        .run = run_data};

}  // namespace convoy::app
