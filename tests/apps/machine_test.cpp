// What the command line says about the machine it runs on: instruction set and cores.

#include "convoy/machine.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "support/files.h"
#include "support/process.h"
#include "support/small_idx.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::Finished;

namespace {

namespace fs = std::filesystem;
using Strings = std::vector<std::string>;

/// The arguments of `train` for one epoch on a few images, with `more`.
Strings train_arguments(const fs::path& run, const Strings& more,
                        const std::string& config = "configs/mnist_mlp_bn.toml") {
  Strings arguments = {"train", config, "--quiet", "--out", run.string()};
  for (const std::string& setting : {"data.path=" + test::small_mnist().string(), std::string("data.limit=320"),
                                     std::string("data.validation=0"), std::string("train.epochs=1")}) {
    arguments.insert(arguments.end(), {"-s", setting});
  }
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

int threads_of(const fs::path& run) {
  return nlohmann::json::parse(test::contents(run / "env.json")).at("threads").get<int>();
}

}  // namespace

TEST_CASE("a wrong CONVOY_ISA is a usage error before anything else") {
  for (const Strings& arguments : {Strings{},
                                   {"--version"},
                                   {"--help"},
                                   {"tarin"},
                                   {"train", "--help"},
                                   {"config", "explain", "seed"},
                                   {"train", "no/such.toml"},
                                   {"predict", "a", "b"}}) {
    Strings all = {"CONVOY_ISA=garbage", CONVOY_BINARY};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Finished finished = test::run("/usr/bin/env", all);
    INFO((arguments.empty() ? "no verb" : arguments[0]));
    CHECK(finished.code == 2);
    CHECK(finished.err == "error: CONVOY_ISA=garbage: expected baseline, avx2 or avx512\n");
    CHECK(finished.out.empty());
  }
  CHECK(test::run("/usr/bin/env", {"CONVOY_ISA=baseline", CONVOY_BINARY, "--version"}).code == 0);
  CHECK(test::run("/usr/bin/env", {"CONVOY_ISA=", CONVOY_BINARY, "--version"}).code == 0);
}

TEST_CASE("threads beyond the cores are cut to the cores with a note, whoever asks for them") {
  const test::TemporaryFolder folder;
  const fs::path run = folder.path() / "run";
  const std::string uses = ": convoy uses " + std::to_string(cores()) + "\n";
  const Finished option = test::run(CONVOY_BINARY, train_arguments(run, {"--threads", "1000"}));
  CHECK(option.code == 0);
  CHECK(option.err.starts_with("note: --threads 1000, but there "));
  CHECK(contains(option.err, uses));
  CHECK(threads_of(run) == cores());

  const Finished configured = test::run(CONVOY_BINARY, train_arguments(run, {"--force", "-s", "threads=1000"}));
  CHECK(configured.code == 0);
  CHECK(configured.err.starts_with("note: the configuration's threads = 1000, but there "));
  CHECK(threads_of(run) == cores());
  // The model says 1000 as well.
  for (const Strings& arguments : {Strings{"eval", run.string()},
                                   {"resume", run.string(), "--quiet"},
                                   {"report", run.string()},
                                   {"recalibrate", run.string(), "--images", "32"}}) {
    INFO(arguments[0]);
    const Finished finished = test::run(CONVOY_BINARY, arguments);
    CHECK(finished.code == 0);
    CHECK(finished.err.starts_with("note: the configuration's threads = 1000, but there "));
    CHECK(contains(finished.err, uses));
  }
  CHECK_FALSE(contains(test::run(CONVOY_BINARY, {"eval", run.string(), "--threads", "1"}).err, "threads"));
}

TEST_CASE("jobs beyond the cores are cut to the cores with a note") {
  const test::TemporaryFolder folder;
  Strings arguments = train_arguments(folder.path() / "sweep", {"--jobs", "1000"});
  arguments.front() = "sweep";
  const Finished finished = test::run(CONVOY_BINARY, arguments);
  CHECK(finished.code == 0);
  CHECK(finished.err.starts_with("note: --jobs 1000, but there "));
  CHECK(contains(finished.err, ": convoy uses " + std::to_string(cores()) + "\n"));
}

TEST_CASE(
    "OpenBLAS is loaded for engine = \"blas\" alone; where it is missing, one line says so before the first step") {
  const test::TemporaryFolder folder;
  const fs::path run = folder.path() / "run";
  test::write(folder.path() / "libopenblas.so.0", "no library");  // found before the system's
  const auto train = [&](const Strings& more) {
    Strings all = {"LD_LIBRARY_PATH=" + folder.path().string(), CONVOY_BINARY};
    const Strings arguments = train_arguments(run, more, "configs/mnist_quick.toml");
    all.insert(all.end(), arguments.begin(), arguments.end());
    return test::run("/usr/bin/env", all);
  };
  const Finished finished = train({});
  CHECK(finished.code == 0);
  CHECK(finished.err.empty());
  const auto environment = nlohmann::json::parse(test::contents(run / "env.json"));
  CHECK(environment.at("blas_core") == "");

  fs::remove_all(run);
  const Finished refused = train({"-s", "layer.conv1.engine=blas"});
  CHECK(refused.code == 1);
  CHECK(refused.err.starts_with("error: engine = \"blas\": OpenBLAS cannot be loaded: "));
  CHECK(refused.err.ends_with("; it is in Debian's package libopenblas0\n"));
  CHECK_FALSE(fs::exists(run));
}
