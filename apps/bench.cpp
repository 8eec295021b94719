#include "convoy/bench.h"

#include <iomanip>
#include <iostream>

#include "convoy/foreign_text.h"
#include "convoy/number_text.h"
#include "convoy/run.h"
#include "hints.h"
#include "json.h"
#include "options.h"
#include "terminal.h"
#include "verb.h"

namespace convoy::app {
namespace {

/// Text aligned to the right.
std::string cell(const std::string& text, int width) {
  std::ostringstream out;
  out << std::setw(width) << text;
  return out.str();
}

std::string megabytes(double bytes) { return fixed(bytes / (1 << 20), 1) + " MB"; }

/// GFLOP/s of an operation; "" for layers without multiply-adds.
std::string speed(std::int64_t flops, double us) {
  return flops > 0 && us > 0 ? fixed(static_cast<double>(flops) / us / 1e3, 0) : "";
}

/// Prints the times by layer and the memory of a training session.
void print_layers(const BenchResult& result) {
  std::cout << "\nus of work an image, by layer (over all threads)\n"
            << "  layer                      forward GFLOP/s backward GFLOP/s inference   output\n";
  double sum = 0;
  for (const LayerBench& layer : result.layers) {
    sum += layer.forward_us + layer.backward_us;
    std::cout << "  " << padded(shortened(layer.name + " (" + layer.type + ")", 24), 24)
              << cell(fixed(layer.forward_us, 1), 10) << cell(speed(layer.forward_flops, layer.forward_us), 8)
              << cell(fixed(layer.backward_us, 1), 9) << cell(speed(layer.backward_flops, layer.backward_us), 8)
              << cell(fixed(layer.infer_us, 1), 10) << cell(fixed(static_cast<double>(layer.output_bytes) / 1024, 0), 6)
              << " KB\n";
  }
  const double all = result.train_us_per_image * result.threads;
  const double optimizer = result.optimizer_us * result.threads;
  std::cout << "  optimizer " << fixed(optimizer, 1) << ", rest (data, loss, sums of gradients, waiting) "
            << fixed(all - sum - optimizer, 1) << ", of " << fixed(all, 1)
            << " in all\n\nmemory of a training session\n";
  for (const MemoryBench& block : result.memory) {
    std::cout << "  " << std::left << std::setw(20) << block.block << std::right
              << cell(megabytes(static_cast<double>(block.bytes)), 10) << '\n';
  }
}

void print_bench(const BenchResult& result, bool layers) {
  std::cout << result.cpu << ", " << result.isa << ", " << result.threads << " threads, OpenBLAS " << result.blas_core
            << "\n"
            << "peak        " << fixed(result.fma_peak_gflops, 0) << " GFLOP/s multiply-add, "
            << fixed(result.sgemm_peak_gflops, 0) << " sgemm\n"
            << "training    " << fixed(result.train_us_per_image, 1) << " us an image, batch " << result.batch_size
            << ": " << fixed(result.gflops, 0) << " GFLOP/s, " << percent(result.share_of_peak) << " of the peak\n"
            << "inference   " << fixed(result.infer_us_per_image, 1) << " us an image, batch " << result.batch_size
            << "; " << fixed(result.infer_one_us, 1) << " us for one image\n"
            << "work        " << fixed(static_cast<double>(result.train_flops) / 1e6, 2)
            << " MFLOP an image in training, " << fixed(static_cast<double>(result.infer_flops) / 1e6, 2)
            << " in inference\n"
            << "peak memory " << fixed(result.peak_rss_mb, 0) << " MB\n";
  if (layers) print_layers(result);
  for (const std::string& warning : result.warnings) print_warning(warning);
}

void print_bench_json(const BenchResult& result) {
  Json line = {{"event", "bench"},
               {"cpu", result.cpu},
               {"isa", result.isa},
               {"blas_core", result.blas_core},
               {"threads", result.threads},
               {"batch_size", result.batch_size},
               {"train_us_per_image", result.train_us_per_image},
               {"infer_us_per_image", result.infer_us_per_image},
               {"infer_one_us", result.infer_one_us},
               {"optimizer_us_per_image", result.optimizer_us},
               {"train_flops", result.train_flops},
               {"infer_flops", result.infer_flops},
               {"gflops", result.gflops},
               {"sgemm_peak_gflops", result.sgemm_peak_gflops},
               {"fma_peak_gflops", result.fma_peak_gflops},
               {"share_of_peak", result.share_of_peak},
               {"peak_rss_mb", result.peak_rss_mb}};
  for (const LayerBench& layer : result.layers) {
    line["layers"].push_back({{"name", layer.name},
                              {"type", layer.type},
                              {"forward_us", layer.forward_us},
                              {"backward_us", layer.backward_us},
                              {"infer_us", layer.infer_us},
                              {"forward_flops", layer.forward_flops},
                              {"backward_flops", layer.backward_flops},
                              {"output_bytes", layer.output_bytes}});
  }
  for (const MemoryBench& block : result.memory) line["memory"][block.block] = block.bytes;
  line["warnings"] = result.warnings;
  std::cout << json_text(line) << '\n';
}

void declare_bench(Options& options) {
  options.add_overrides();
  options.add_threads();
  options.add_integer("batch", "N", "Images a step; without it, as configured.", 0, 1, 1 << 20);
  options.add_integer("seconds", "N", "How long to measure; 6 is the default.", 6, 1, 3600);
  options.add_flag("layers", "Show each layer, and the memory by block.");
  options.add_flag("json", "Print one JSON object.");
}

/// Times training and inference of a configuration or a model and prints the result.
int run_bench(const Options& options) {
  const std::filesystem::path path = options.positional()[0];
  const Config config =
      is_model_operand(options) ? config_of(model_file(path)) : load_config(config_file(path), options.overrides());
  const BenchResult result = bench(config, {.batch_size = options.integer("batch"),
                                            .threads = options.threads(config),
                                            .seconds = static_cast<double>(options.integer("seconds"))});
  if (options.has("json")) {
    print_bench_json(result);
  } else {
    print_bench(result, options.has("layers"));
  }
  return ok;
}

}  // namespace

const Verb bench_verb = {.name = "bench",
                         .operands = "CONFIG|MODEL",
                         .help = "Time training and inference on this machine.",
                         .examples =
                             "convoy bench configs/mnist_cnn.toml --layers\n"
                             "convoy bench configs/mnist_cnn.toml --threads 1 --batch 64\n"
                             "convoy bench runs/mnist_cnn",
                         .declare = declare_bench,
                         .run = run_bench};

}  // namespace convoy::app
