#include <iostream>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "convoy/model.h"
#include "options.h"
#include "output_file.h"
#include "verb.h"

namespace convoy::app {
namespace {

Arguments format_names() {
  Arguments names;
  for (const auto& [name, ending] : export_formats()) names.push_back(name);
  return names;
}

void declare_export(Options& options) {
  options.add_choice("to", format_names(), "The framework; without it, by the ending of FILE.");
  options.add_text("o,output", "FILE", "The file to write; needed.");
}

/// --to, else the format of the file's ending. Throws Error{config} where neither says one.
std::string format_for(const Options& options, const std::filesystem::path& output) {
  if (options.has("to")) return options.text("to");
  std::string endings;
  for (const auto& [name, ending] : export_formats()) {
    if (output.extension() == ending) return name;
    endings += (endings.empty() ? "" : ", ") + ending;
  }
  throw Error(ErrorKind::config, shown(output.string()) + ": its ending is none of " + endings + "; say --to FORMAT");
}

/// Writes a model for another framework.
int run_export(const Options& options) {
  const auto file = model_file(options.positional()[0]);
  if (!options.has("output")) throw Error(ErrorKind::config, "convoy export: expected -o FILE, the file to write");
  const std::filesystem::path output = options.text("output");
  const std::string format = format_for(options, output);
  require_output(output, Output::foreign_model, file);
  for (const auto& written : Model::load(file).export_file(output, format)) {
    std::cout << "wrote   " << shown(written.string()) << '\n';
  }
  return ok;
}

}  // namespace

const Verb export_verb = {.name = "export",
                          .operands = "MODEL",
                          .help = "Write a model for Keras, PyTorch or ONNX.",
                          .examples =
                              "convoy export runs/mnist_cnn -o cnn.keras\n"
                              "convoy export runs/mnist_cnn --to onnx -o cnn.onnx",
                          .declare = declare_export,
                          .run = run_export};

}  // namespace convoy::app
