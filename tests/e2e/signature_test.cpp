// The bits of a short run are written down, so that a change of them is noticed, and made on purpose only.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "convoy/run.h"
#include "core/cpu.h"
#include "io/sha256.h"
#include "support/files.h"
#include "support/small_idx.h"
#include "support/temporary_folder.h"

using namespace convoy;

namespace {

namespace fs = std::filesystem;

/// SHA-256 of the best weights after a short run of a shipped configuration on the first images of MNIST.
std::string signature(const std::string& config, const std::vector<std::string>& more) {
  const test::TemporaryFolder folder;
  test::write_small_idx(folder.path() / "digits", 420);
  std::vector<std::string> overrides = {"data.path=" + (folder.path() / "digits").string(), "data.validation=100",
                                        "train.epochs=2"};
  overrides.insert(overrides.end(), more.begin(), more.end());
  const RunResult result = train_run(load_config(config, overrides), {.folder = folder.path() / "run", .threads = 2});
  std::string tensors = test::contents(result.model);
  std::uint64_t header = 0;
  std::copy_n(tensors.data(), sizeof header, reinterpret_cast<char*>(&header));
  return sha256(std::string_view(tensors).substr(sizeof header + header));  // the numbers alone
}

/// Lines of configuration and signature; only that of the configuration that CONVOY_SIGNATURE names, if it is set.
std::map<std::string, std::string> known_signatures() {
  const char* only = std::getenv("CONVOY_SIGNATURE");
  std::map<std::string, std::string> known;
  std::ifstream stream("tests/e2e/signatures.txt");
  for (std::string config, sum; stream >> config >> sum;) {
    if (only == nullptr || config == only) known[config] = sum;
  }
  return known;
}

/// Whether this CPU, or the instruction set that CONVOY_ISA names, fuses multiply and add, as the promise asks for.
bool promised() {
#if defined(__x86_64__)
  return cpu_isa() != Isa::baseline;
#else
  return true;
#endif
}

}  // namespace

TEST_CASE("a short run has the bits that tests/e2e/signatures.txt says, on every CPU with a fused multiply-add") {
  if (!promised()) return;
  const auto all = known_signatures();
  REQUIRE(!all.empty());
  for (const auto& known : all) {
    CAPTURE(known.first);
    CHECK(signature("configs/" + known.first + ".toml", {}) == known.second);
  }
}

TEST_CASE("a short run has the same bits with any checkpoint interval, and others with another seed") {
  const std::string config = "configs/mnist_bn_maxpool.toml";
  const std::string sum = signature(config, {"train.checkpoint_seconds=0"});
  CHECK(signature(config, {"train.checkpoint_seconds=0.001"}) == sum);
  CHECK(signature(config, {"seed=43"}) != sum);
}
