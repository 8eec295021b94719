#include <algorithm>
#include <iostream>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "convoy/model.h"
#include "convoy/number_text.h"
#include "options.h"
#include "output_file.h"
#include "verb.h"

namespace convoy::app {
namespace {

constexpr std::size_t widest_name = 36;  ///< columns of a tensor's name, so that a line has 80

void declare_import(Options& options) {
  options.add_text("o,output", "MODEL", "The model file to write; needed.");
  options.add_text("into", "CONFIG", "The network of a file that has weights only, as a PyTorch state_dict.");
  options.add_overrides();
  options.add_threads();
}

/// Prints which tensor of the file became which of the network.
void print(const std::vector<ImportedTensor>& matches) {
  std::size_t width = 0;
  for (const ImportedTensor& match : matches) {
    width = std::max(width, columns(shortened(shown(match.from), widest_name)));
  }
  for (const ImportedTensor& match : matches) {
    std::cout << padded(shortened(shown(match.from), widest_name), width) << " -> " << shown(match.to) << "  "
              << match.shape.text() << '\n';
  }
}

/// Reads a model of another framework and writes it as convoy's.
int run_import(const Options& options) {
  const std::filesystem::path file = options.positional()[0];
  if (!options.has("output")) throw Error(ErrorKind::config, "convoy import: expected -o MODEL, the file to write");
  const std::filesystem::path output = options.text("output");
  require_output(output, Output::model, file);
  ImportOptions import;
  if (options.has("into")) {
    import.into = load_config(options.text("into"), options.overrides());
    import.threads = options.threads(*import.into);
  } else if (!options.overrides().empty()) {
    throw Error(ErrorKind::config, "convoy import: -s overrides keys of a configuration; give one by --into");
  }
  ImportReport report;
  const Model model = Model::import_file(file, import, &report);
  print(report.matches);
  for (const std::string& note : report.notes) std::cout << "note: " << note << '\n';
  model.save(output);
  const Summary summary = model.summary();
  std::cout << report.format << " model of " << summary.rows.size() << " layers, "
            << with_separators(summary.trainable + summary.non_trainable) << " parameters, input "
            << model.input_shape().text() << '\n'
            << "model   " << shown(output.string()) << '\n';
  return ok;
}

}  // namespace

const Verb import_verb = {.name = "import",
                          .operands = "FILE",
                          .help = "Make a model of a Keras, PyTorch or ONNX file.",
                          .examples =
                              "convoy import cnn.keras -o cnn.safetensors\n"
                              "convoy import weights.pt --into cnn.toml -o cnn.safetensors",
                          .declare = declare_import,
                          .run = run_import};

}  // namespace convoy::app
