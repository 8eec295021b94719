#include "convoy/bench.h"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>

using namespace convoy;

namespace {

/// The measurements of a convolution of 1296 multiply-adds and a dense layer of 1440, with Adam.
BenchResult measured(const std::string& conv = "", const std::string& dense = "", const BenchOptions& options = {}) {
  const Config config = parse_config(
      "input_shape = [8, 8, 1]\n[data]\npath = \"x\"\n[train]\nbatch_size = 4\n"
      "[[layer]]\ntype = \"conv2d\"\nname = \"conv\"\nfilters = 4\nactivation = \"relu\"\n" +
          conv + "[[layer]]\ntype = \"flatten\"\n[[layer]]\ntype = \"dense\"\nname = \"dense\"\nunits = 10\n" + dense,
      "bench.toml", std::filesystem::current_path());
  BenchOptions quick = options;
  quick.seconds = 0.1;
  return bench(config, quick);
}

const std::string frozen = "trainable = false\n";

}  // namespace

TEST_CASE("operations are counted by layer: forward, and the gradients that training needs") {
  const BenchResult result = measured();
  REQUIRE(result.layers.size() == 3);
  CHECK(result.layers[0].name == "conv");
  CHECK(result.layers[0].forward_flops == 2 * 1296);
  CHECK(result.layers[0].backward_flops == 2 * 1296);  // no gradient of the images
  CHECK(result.layers[2].forward_flops == 2 * 1440);
  CHECK(result.layers[2].backward_flops == 4 * 1440);
  CHECK(result.infer_flops == 2 * (1296 + 1440));
  CHECK(result.train_flops == 4 * 1296 + 6 * 1440);
  CHECK(result.layers[0].output_bytes == 6 * 6 * 4 * sizeof(float));
  CHECK(result.layers[2].output_bytes == 10 * sizeof(float));
  CHECK(measured(frozen).train_flops == 2 * 1296 + 4 * 1440);
  CHECK(measured("", frozen).train_flops == 4 * 1296 + 4 * 1440);
}

TEST_CASE("times and rates are in proportion to each other") {
  const BenchResult result = measured();
  CHECK(result.batch_size == 4);
  CHECK(result.threads >= 1);
  for (const double us : {result.train_us_per_image, result.infer_us_per_image, result.infer_one_us,
                          result.optimizer_us, result.layers[0].forward_us, result.layers[0].backward_us,
                          result.layers[2].backward_us, result.layers[0].infer_us}) {
    CHECK(us > 1e-4);
    CHECK(us < 1e6);
  }
  CHECK(result.optimizer_us < result.train_us_per_image * 100);
  CHECK(result.gflops == doctest::Approx(static_cast<double>(result.train_flops) / result.train_us_per_image / 1e3));
  CHECK(result.share_of_peak == doctest::Approx(result.gflops / result.fma_peak_gflops));
  for (const double peak : {result.fma_peak_gflops, result.sgemm_peak_gflops}) {
    CHECK(peak > 0.1);
    CHECK(peak < 1e6);
  }
  CHECK(result.peak_rss_mb > 1);
}

TEST_CASE("a bench takes its batch and threads from its options, and tells the memory of training") {
  const BenchResult result = measured("", "", {.batch_size = 2, .threads = 1});
  CHECK(result.batch_size == 2);
  CHECK(result.threads == 1);
  REQUIRE(result.memory.size() == 6);
  CHECK(result.memory[0].block == "parameters");
  CHECK(result.memory[0].bytes >= (40 + 1450) * sizeof(float));
  CHECK(result.memory[1].bytes == 2 * result.memory[0].bytes);  // Adam's two moments
  CHECK(result.memory[2].bytes >= result.memory[0].bytes);
}
