#include <iomanip>
#include <iostream>

#include "convoy/experiment.h"
#include "options.h"
#include "verb.h"

namespace convoy::app {
namespace {

int run_inspect(const Options& options) {
  const ModelInfo info = convoy::inspect(model_file(options.positional()[0]));
  std::size_t width = 6;
  for (const TensorInfo& tensor : info.tensors) width = std::max(width, tensor.name.size());
  std::cout << std::left << std::setw(static_cast<int>(width)) << "tensor"
            << "  dtype  shape             min        max       mean  deviation\n";
  for (const TensorInfo& tensor : info.tensors) {
    std::cout << std::left << std::setw(static_cast<int>(width)) << tensor.name << "  " << std::setw(5) << tensor.dtype
              << "  " << std::setw(12) << tensor.shape.text() << std::right << std::setprecision(4);
    for (const double value : {tensor.min, tensor.max, tensor.mean, tensor.deviation})
      std::cout << ' ' << std::setw(10) << value;
    if (tensor.not_finite > 0) std::cout << "  " << tensor.not_finite << " not finite";
    std::cout << '\n';
  }
  std::cout << '\n';
  for (const auto& [key, value] : info.metadata) {
    std::cout << key << (value.find('\n') == std::string::npos ? " = " + value : ":\n" + value) << '\n';
  }
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
