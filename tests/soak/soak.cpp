// Trains, resumes and evaluates over and over in one process, and fails when its memory or its file descriptors grow:
//
//     convoy_soak [SECONDS]        default: 7200
//
// Memory goes up and down with what malloc keeps for later: its peak in the second half of the time may be 2 % above
// that in the first half.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "convoy/model.h"
#include "convoy/run.h"
#include "support/small_idx.h"
#include "support/temporary_folder.h"

using namespace convoy;

namespace {

namespace fs = std::filesystem;

/// Kilobytes.
long resident_memory() {
  std::ifstream status("/proc/self/statm");
  long all = 0;
  long resident = 0;
  status >> all >> resident;
  return resident * 4;
}

long descriptors() {
  const fs::directory_iterator all("/proc/self/fd");
  return static_cast<long>(std::distance(begin(all), end(all)));
}

void train_and_evaluate(const Config& config, const fs::path& run) {
  train_run(config, {.folder = run, .force = true});
  const RunResult result = resume_run(run, {}, {"train.epochs=" + std::to_string(config.train.integer("epochs") + 1)});
  Model model = Model::load(result.model);
  model.evaluate(load_data(config.data, 1).test);
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 7200;
  const test::TemporaryFolder folder;
  test::write_small_idx(folder.path() / "digits", 2000);
  const Config config = load_config("configs/mnist_bn_maxpool.toml",
                                    {"data.path=" + (folder.path() / "digits").string(), "data.validation=500",
                                     "train.epochs=2", "train.checkpoint_seconds=0.1"});
  const auto start = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  long first_half = 0;
  long second_half = 0;
  const long files = descriptors();
  int rounds = 0;
  for (; elapsed() < seconds; ++rounds) {
    train_and_evaluate(config, folder.path() / "run");
    long& most = elapsed() < seconds / 2 ? first_half : second_half;
    most = std::max(most, resident_memory());
  }
  const double growth = 100.0 * static_cast<double>(second_half - first_half) / static_cast<double>(first_half);
  std::printf(
      "%d rounds in %.0f s: at most %ld KB in the first half, %ld in the second, %+.2f %%; %ld descriptors, %+ld\n",
      rounds, elapsed(), first_half, second_half, growth, descriptors(), descriptors() - files);
  return growth < 2 && descriptors() == files ? EXIT_SUCCESS : EXIT_FAILURE;
}
