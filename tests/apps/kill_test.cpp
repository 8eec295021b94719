// What is left of a run whose process is killed, signalled or short of disk space.

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>

#include "convoy/dataset.h"
#include "support/files.h"
#include "support/process.h"
#include "support/small_idx.h"
#include "support/small_networks.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::contents;
using test::Finished;
using test::write;

namespace {

namespace fs = std::filesystem;
using Milliseconds = std::chrono::milliseconds;

/// A small data set and a network that trains on it in about a second, writing checkpoints all the time.
class KillFixture {
 public:
  explicit KillFixture(const std::string& more = "") {
    test::write_small_idx(folder_.path() / "digits", 400);
    write(config(), R"(
        name = "small"
        [data]
        path = "digits"
        validation = 100
        [train]
        epochs = 12
        batch_size = 4
        checkpoint_seconds = 0.01
        [optimizer]
        type = "adam"
        [loss]
        type = "softmax_cross_entropy"
)" + test::small_cnn(16, 1) +
                        more);
  }

  fs::path config() const { return folder_.path() / "small.toml"; }
  fs::path run(const std::string& name) const { return folder_.path() / name; }

  std::vector<std::string> train_arguments(const std::string& name) const {
    return {"train", config().string(), "--out", run(name).string(), "--threads", "2"};
  }
  fs::path train(const std::string& name) const {
    const Finished finished = test::run(CONVOY_BINARY, train_arguments(name));
    INFO(finished.err);
    REQUIRE(finished.code == 0);
    return run(name);
  }

 private:
  test::TemporaryFolder folder_;
};

int kills_wanted() {
  const char* text = std::getenv("CONVOY_KILLS");  // NOLINT(concurrency-mt-unsafe): no other thread sets it
  return text == nullptr ? 25 : std::atoi(text);
}

/// Every file that a reader could meet is whole.
void check_files(const fs::path& run) {
  for (const char* file : {"best.safetensors", "last.ckpt"}) {
    if (!fs::exists(run / file)) continue;
    const Finished inspected = test::run(CONVOY_BINARY, {"inspect", (run / file).string()});
    INFO(inspected.err);
    CHECK(inspected.code == 0);
  }
}

/// Until a run has written this file, or has ended.
void wait_for(const fs::path& file, test::Child& child) {
  while (!fs::exists(file) && child.running()) std::this_thread::sleep_for(Milliseconds(2));
}

void check_same(const fs::path& run, const fs::path& unbroken) {
  CHECK(contents(run / "best.safetensors") == contents(unbroken / "best.safetensors"));
  CHECK(contents(run / "metrics.csv") == contents(unbroken / "metrics.csv"));
}

}  // namespace

// CONVOY_KILLS=100 kills more often than there is time for in every test run.
TEST_CASE("a run killed at random moments loses no file and ends with the bits of an unbroken one") {
  const KillFixture fixture;
  const fs::path unbroken = fixture.train("unbroken");
  const fs::path run = fixture.run("run");
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same moments each time, as far as the machine allows
  int kills = 0;
  while (kills < kills_wanted()) {
    const auto arguments = fs::exists(run / "resolved.toml") ? std::vector<std::string>{"resume", run.string()}
                                                             : fixture.train_arguments("run");
    const Milliseconds life(std::uniform_int_distribution<int>(1, 250)(random));
    const int code = test::run_and_kill(CONVOY_BINARY, arguments, life);
    if (code == 128 + SIGKILL) {
      ++kills;
      check_files(run);
    } else {
      REQUIRE(code == 0);
      check_same(run, unbroken);
      fs::remove_all(run);
    }
  }
  if (!fs::exists(run / "resolved.toml")) return;
  const Finished last = test::run(CONVOY_BINARY, {"resume", run.string()});
  INFO(last.err);
  CHECK(last.code == 0);
  check_same(run, unbroken);
  for (const auto& entry : fs::directory_iterator(run)) {
    CHECK(std::string(".toml.json.csv.jsonl.safetensors.ckpt.html.txt").find(entry.path().extension()) !=
          std::string::npos);
  }
}

TEST_CASE("SIGTERM ends a run as Ctrl-C does: saved, reported, exit code 130") {
  const KillFixture fixture;
  test::Child child(CONVOY_BINARY, fixture.train_arguments("run"));
  wait_for(fixture.run("run") / "last.ckpt", child);
  child.signal(SIGTERM);
  CHECK(child.wait() == 130);
  CHECK(contains(contents(fixture.run("run") / "log.txt"), "interrupted after"));
  CHECK(test::run(CONVOY_BINARY, {"resume", fixture.run("run").string()}).code == 0);
  check_same(fixture.run("run"), fixture.train("unbroken"));
}

TEST_CASE("SIGHUP, which a closed terminal sends more than once, saves as SIGTERM does") {
  const KillFixture fixture;
  test::Child child(CONVOY_BINARY, fixture.train_arguments("run"));
  wait_for(fixture.run("run") / "last.ckpt", child);
  child.signal(SIGHUP);
  child.signal(SIGHUP);
  CHECK(child.wait() == 130);
  CHECK(contains(contents(fixture.run("run") / "log.txt"), "interrupted after"));
  CHECK(test::run(CONVOY_BINARY, {"resume", fixture.run("run").string()}).code == 0);
  check_same(fixture.run("run"), fixture.train("unbroken"));
}

TEST_CASE("SIGHUP is ignored where it was before, as under nohup") {
  const KillFixture fixture;
  std::vector<std::string> arguments = {"-c", "trap '' HUP; exec \"$0\" \"$@\"", CONVOY_BINARY};
  const auto train = fixture.train_arguments("run");
  arguments.insert(arguments.end(), train.begin(), train.end());
  test::Child child("/bin/sh", arguments);
  wait_for(fixture.run("run") / "last.ckpt", child);
  child.signal(SIGHUP);
  CHECK(child.wait() == 0);
}

TEST_CASE("SIGUSR1 has a checkpoint written within an epoch, and training goes on") {
  const KillFixture fixture;
  auto arguments = fixture.train_arguments("run");
  arguments.insert(arguments.end(), {"-s", "train.checkpoint_seconds=0", "-s", "train.epochs=1", "-s", "data.limit=0"});
  test::Child child(CONVOY_BINARY, arguments);
  const fs::path checkpoint = fixture.run("run") / "last.ckpt";
  wait_for(fixture.run("run") / "events.jsonl", child);
  while (!fs::exists(checkpoint) && child.running()) {
    child.signal(SIGUSR1);
    std::this_thread::sleep_for(Milliseconds(2));
  }
  CHECK(child.running());
  CHECK(contains(contents(checkpoint), "\\\"epoch\\\":0"));
  CHECK(child.wait() == 0);
}

TEST_CASE("a run that trains is not resumed or replaced by another process") {
  const KillFixture fixture;
  const fs::path run = fixture.run("run");
  test::Child child(CONVOY_BINARY, fixture.train_arguments("run"));
  wait_for(run / "events.jsonl", child);
  child.signal(SIGSTOP);  // it holds the folder however long the others take
  auto replace = fixture.train_arguments("run");
  replace.emplace_back("--force");
  for (const auto& arguments : {std::vector<std::string>{"resume", run.string()}, replace}) {
    const Finished second = test::run(CONVOY_BINARY, arguments);
    CHECK(second.code == 1);
    CHECK(second.err == "error: " + run.string() + ": another convoy process is at work in it\n");
  }
  child.signal(SIGCONT);
  CHECK(child.wait() == 0);
  check_same(run, fixture.train("unbroken"));
}

TEST_CASE("a full disk is one clear error; what was saved before it resumes") {
  const KillFixture fixture;
  const fs::path run = fixture.train("run");
  const std::string saved = contents(run / "last.ckpt");
  // A limit on the size of files fails as a full disk does, and needs no rights.
  const std::string resume =
      "ulimit -f 64; exec \"$0\" resume \"$1\" --epochs 14";  // blocks of 512 or 1024 bytes: less than the checkpoint
  const Finished full = test::run("/bin/sh", {"-c", resume, CONVOY_BINARY, run.string()});
  INFO(full.err);
  CHECK(full.code == 1);
  const std::string problem = "best.safetensors: cannot be written: File too large; ";
  CHECK(contains(full.err, problem + "training goes on"));
  CHECK(test::count(full.err, "training goes on") <= 4);  // not at every attempt
  CHECK(contains(full.err, problem + "make room, and convoy resume " + run.string() + " goes on from epoch 12"));
  CHECK(contents(run / "last.ckpt") == saved);
  const Finished resumed = test::run(CONVOY_BINARY, {"resume", run.string(), "--epochs", "14"});
  CHECK(resumed.code == 0);
}

TEST_CASE("a folder that vanishes or takes no files is a clear error") {
  const KillFixture fixture;
  write(fixture.run("file"), "x");
  auto arguments = fixture.train_arguments("file/run");
  const Finished blocked = test::run(CONVOY_BINARY, arguments);
  CHECK(blocked.code == 1);
  CHECK(contains(blocked.err, "cannot be made"));

  test::Child child(CONVOY_BINARY, fixture.train_arguments("run"));
  wait_for(fixture.run("run") / "last.ckpt", child);
  std::error_code ignored;
  while (fs::exists(fixture.run("run"))) fs::remove_all(fixture.run("run"), ignored);
  CHECK(child.wait() == 1);
}
