#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "convoy/config.h"

namespace convoy {

struct BenchOptions {
  int batch_size = 0;  ///< 0: as the configuration says
  int threads = 0;     ///< 0: all cores
  double seconds = 6;  ///< to spend measuring, in all
};

/// One layer of a benchmark. Times are microseconds of work an image, summed over the threads; an activation is listed
/// with the layer it belongs to.
struct LayerBench {
  std::string name;
  std::string type;
  double forward_us = 0;   ///< in training
  double backward_us = 0;  ///< in training
  double infer_us = 0;
  std::int64_t forward_flops = 0;   ///< an image; a multiply-add counts as two
  std::int64_t backward_flops = 0;  ///< gradients of the kernel and, where needed, of the input
  std::size_t output_bytes = 0;     ///< an image
};

/// The name and size of a block of memory that training holds.
struct MemoryBench {
  std::string block;
  std::size_t bytes = 0;
};

struct BenchResult {
  std::string cpu;
  std::string isa;
  std::string blas_core;
  int threads = 0;
  int batch_size = 0;
  double train_us_per_image = 0;  ///< a step of training: data, forward, loss, backward, optimizer
  double infer_us_per_image = 0;  ///< in batches of batch_size
  double infer_one_us = 0;        ///< a call of Predictor::predict with one image
  double optimizer_us = 0;        ///< the optimizer's part of train_us_per_image
  std::int64_t train_flops = 0;   ///< an image
  std::int64_t infer_flops = 0;   ///< an image
  double gflops = 0;              ///< 10^9 operations a second in training
  double fma_peak_gflops = 0;     ///< multiply-adds in registers, all threads at once, in the same run
  double sgemm_peak_gflops = 0;   ///< OpenBLAS on 512 x 512 matrices, one a thread, in the same run
  double share_of_peak = 0;       ///< gflops / fma_peak_gflops
  double peak_rss_mb = 0;
  std::vector<LayerBench> layers = {};
  std::vector<MemoryBench> memory = {};
  std::vector<std::string> warnings = {};  ///< what slows this machine down needlessly, and what helps
};

/// Times training and inference of the configured model on random images. Measurements of each kind alternate, and
/// medians are reported, so that other work on the machine shows as little as possible. Throws Error.
BenchResult bench(const Config& config, const BenchOptions& options = {});

}  // namespace convoy
