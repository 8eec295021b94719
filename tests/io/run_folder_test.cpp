#include "io/run_folder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "convoy/error.h"
#include "support/files.h"
#include "support/temporary_folder.h"

using namespace convoy;
using test::contents;

namespace {

namespace fs = std::filesystem;

History history() {
  const EpochLog first{
      .epoch = 1, .loss = 0.5, .accuracy = 0.25, .learning_rate = 0.001, .seconds = 2, .images_per_second = 100};
  const EpochLog second{.epoch = 2,
                        .loss = 0.25,
                        .accuracy = 0.5,
                        .validation_loss = 0.75,
                        .validation_accuracy = 0.125,
                        .has_validation = true};
  return {first, second};
}

const char* const metrics =
    "epoch,loss,accuracy,validation_loss,validation_accuracy,learning_rate\n"
    "1,0.5,0.25,,,0.001\n"
    "2,0.25,0.5,0.75,0.125,0.0\n";

}  // namespace

TEST_CASE("resuming puts the records back to the checkpoint's epoch and clears away what was half-written") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "run";
  RunFolder run(path, false);
  run.begin("given", "resolved", {});
  for (const EpochLog& log : history()) run.add_epoch(log);
  EpochLog lost = history()[1];
  lost.epoch = 3;
  lost.step = 30;
  run.add_epoch(lost);
  std::ofstream(path / "events.jsonl", std::ios::app) << "{\"event\":\"epo";
  std::ofstream(path / "metrics.csv") << "torn";
  std::ofstream(path / "last.ckpt.a1B2c3") << "half";
  std::ofstream(path / "notes.txt.a1B2c3") << "mine";
  run.resume("a", history(), 20, {});
  CHECK(contents(path / "metrics.csv") == metrics);
  CHECK_FALSE(fs::exists(path / "last.ckpt.a1B2c3"));
  CHECK(fs::exists(path / "notes.txt.a1B2c3"));
  const std::string events = contents(path / "events.jsonl");
  CHECK(std::count(events.begin(), events.end(), '\n') == 4);  // start, two epochs, resume
  CHECK(events.find("\"epoch\":3,") == std::string::npos);
  CHECK(events.ends_with("\"step\":20,\"epoch\":2}\n"));
}

TEST_CASE("of two processes that found the folder free, the later one does not replace the other's run") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "run";
  RunFolder later(path, false);
  RunFolder(path, false).begin("given", "resolved", {});
  CHECK_THROWS_WITH_AS(
      later.begin("other", "other", {}),
      (path.string() + ": a run is there; use --force to replace it or --out for another folder").c_str(), Error);
  CHECK(contents(path / "resolved.toml") == "resolved");
}

TEST_CASE("a resumed run does not write through a link, and leaves over-long lines out") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "run";
  RunFolder(path, false).begin("given", "resolved", {});
  std::ofstream(path / "events.jsonl", std::ios::app) << std::string(EventLog::longest + 1, ' ') << '\n';
  fs::rename(path / "events.jsonl", folder.path() / "events");
  fs::rename(path / "log.txt", folder.path() / "log");
  fs::create_symlink(folder.path() / "events", path / "events.jsonl");
  const std::string before = contents(folder.path() / "events");
  RunFolder(path, true).resume("", {}, 0, {});
  CHECK(contents(folder.path() / "events") == before);
  CHECK(fs::file_size(path / "events.jsonl") < 1000);
  fs::remove(path / "log.txt");
  fs::create_symlink(folder.path() / "log", path / "log.txt");
  CHECK_THROWS_AS(RunFolder(path, true).resume("", {}, 0, {}), Error);
}

TEST_CASE("two processes do not write to one run folder") {
  const test::TemporaryFolder folder;
  RunFolder first(folder.path() / "run", false);
  first.begin("given", "resolved", {});
  CHECK_THROWS_AS(RunFolder(folder.path() / "run", true).begin("given", "resolved", {}), Error);
  CHECK_THROWS_AS(RunFolder(folder.path() / "run", true).resume("", {}, 0, {}), Error);
}

TEST_CASE("a run folder is only made by begin, and filled as the run goes on") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "a" / "b";
  RunFolder run(path, false);
  CHECK_FALSE(fs::exists(path));
  run.begin("given", "resolved", this_environment("Zen", 2, {}));
  CHECK(contents(path / "config.toml") == "given");
  CHECK(contents(path / "env.json").find("\"blas_core\": \"Zen\"") != std::string::npos);
  run.write_metrics(history());
  for (const EpochLog& log : history()) run.add_epoch(log);
  CHECK(contents(path / "metrics.csv") == metrics);
  const std::string events = contents(path / "events.jsonl");
  CHECK(std::count(events.begin(), events.end(), '\n') == 3);
  CHECK(events.find("{\"event\":\"epoch\",\"epoch\":2,") != std::string::npos);
}

TEST_CASE("what is there is not replaced without force, and never when it is no run") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "run";
  RunFolder(path, false).begin("", "", {});
  std::ofstream(path / "notes.txt") << "mine";
  CHECK_THROWS_AS(RunFolder(path, false), Error);
  RunFolder(path, true).begin("new", "", {});
  CHECK(contents(path / "config.toml") == "new");
  CHECK(contents(path / "notes.txt") == "mine");

  for (const char* name : {"best.safetensors", "best.recalibrated.safetensors", "last.recalibrated.safetensors"})
    std::ofstream(path / name) << "of the run before";
  RunFolder(path, true).begin("newer", "", {});
  CHECK_FALSE(fs::exists(path / "best.safetensors"));
  CHECK_FALSE(fs::exists(path / "best.recalibrated.safetensors"));
  CHECK_FALSE(fs::exists(path / "last.recalibrated.safetensors"));

  const auto foreign = folder.path() / "photos";
  fs::create_directory(foreign);
  CHECK_NOTHROW(RunFolder(foreign, false));  // empty
  std::ofstream(foreign / "a.jpg") << "x";
  CHECK_THROWS_AS(RunFolder(foreign, true), Error);
  CHECK_THROWS_AS(RunFolder(foreign / "a.jpg", true), Error);
}
