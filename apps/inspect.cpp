#include "convoy/inspect.h"

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "convoy/foreign_text.h"
#include "options.h"
#include "verb.h"

namespace convoy::app {
namespace {

constexpr std::size_t widest_tensor = 28;  ///< columns of a name, so that a line has 80

using Entry = std::pair<std::string, std::string>;

/// A number with three digits, in seven columns where possible: "-1.25", "3.4e-05".
std::string short_number(double value) {
  std::ostringstream text;
  text << std::setprecision(3) << value;
  return text.str();
}

/// Prints the tensors and metadata of a model file.
int run_inspect(const Options& options) {
  const ModelInfo info = convoy::inspect(model_file(options.positional()[0]));
  const auto name_of = [](const TensorInfo& tensor) { return shortened(shown(tensor.name), widest_tensor); };
  std::size_t width = 6;
  for (const TensorInfo& tensor : info.tensors) width = std::max(width, columns(name_of(tensor)));
  std::cout << padded("tensor", width) << "  dtype shape         min     max    mean deviation\n";
  for (const TensorInfo& tensor : info.tensors) {
    std::cout << padded(name_of(tensor), width) << "  " << padded(tensor.dtype, 6) << padded(tensor.shape.text(), 9);
    for (const double value : {tensor.min, tensor.max, tensor.mean, tensor.deviation})
      std::cout << ' ' << right_aligned(short_number(value), 7);
    if (tensor.not_finite > 0) std::cout << "  " << tensor.not_finite << " not finite";
    std::cout << '\n';
  }
  std::cout << '\n';
  for (const auto& [key, value] : info.metadata) {
    const bool one_line = value.find('\n') == std::string::npos;
    std::cout << shown(key) << (one_line ? " = " : ":\n") << shown_lines(value) << '\n';
  }
  const bool has_checksum = std::ranges::find(info.metadata, "convoy_checksum", &Entry::first) != info.metadata.end();
  std::cout << (has_checksum ? "the checksum fits: nothing was damaged since the file was written\n"
                             : "no checksum: damage to this file would not be noticed\n");
  return ok;
}

}  // namespace

const Verb inspect_verb = {.name = "inspect",
                           .operands = "MODEL",
                           .help = "Show what a model file holds: tensors and metadata.",
                           .examples =
                               "convoy inspect runs/mnist_cnn\n"
                               "convoy inspect runs/mnist_cnn/last.ckpt",
                           .run = run_inspect};

}  // namespace convoy::app
