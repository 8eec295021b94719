// What `convoy runs` lists.

#include "convoy/runs.h"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <memory>

#include "convoy/error.h"
#include "io/run_folder.h"
#include "support/files.h"
#include "support/temporary_folder.h"

using namespace convoy;
using test::write;

namespace {

namespace fs = std::filesystem;

constexpr const char* resolved = R"(
[data]
path = "digits"
[train]
epochs = 5
[[layer]]
type = "dense"
units = 10
)";

/// A run that began at that hour and has two epochs; it is under way until it is let go.
std::unique_ptr<RunFolder> begin_run(const fs::path& folder, int hour) {
  auto run = std::make_unique<RunFolder>(folder, false);
  Environment environment = this_environment("Zen", 2, {});
  environment.started = "2026-01-02T0" + std::to_string(hour) + ":04:05Z";
  run->begin("given", resolved, environment);
  run->add_epoch(
      {.epoch = 1, .loss = 1, .accuracy = 0.5, .validation_accuracy = 0.75, .has_validation = true, .seconds = 2});
  run->add_epoch(
      {.epoch = 2, .loss = 1, .accuracy = 0.9, .validation_accuracy = 0.625, .has_validation = true, .seconds = 3});
  return run;
}

}  // namespace

TEST_CASE("runs are listed with their state, those that began last first") {
  const test::TemporaryFolder folder;
  const fs::path top = folder.path();
  begin_run(top / "killed", 1);
  begin_run(top / "diverged", 2)->add_divergence("loss is not finite", {});
  begin_run(top / "interrupted", 3)->add_outcome({.accuracy = 0.5, .seconds = 9, .interrupted = true});
  begin_run(top / "sweep" / "runs" / "finished", 4)->add_outcome({.accuracy = 0.875, .seconds = 9});
  const auto at_work = begin_run(top / "running", 5);
  fs::create_directories(top / "no run");
  begin_run(top / ".hidden", 6);
  fs::create_directory_symlink(top, top / "circle");

  const std::vector<RunEntry> runs = list_runs(top);
  REQUIRE(runs.size() == 5);
  const std::vector<std::string> expected = {"running", "finished", "interrupted", "diverged", "killed"};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    INFO(runs[i].folder.string());
    CHECK(name_of(runs[i].state) == expected[i]);
    CHECK(runs[i].folder.filename() == expected[i]);
    CHECK(runs[i].epochs == 2);
    CHECK(runs[i].epochs_in_all == 5);
    CHECK(runs[i].problem.empty());
  }
  CHECK(runs[1].accuracy == 0.875);
  CHECK(runs[1].measured_on == "test");
  CHECK(runs[1].seconds == 9);
  CHECK(runs[0].accuracy == 0.75);  // the best epoch's, not the last one's
  CHECK(runs[0].measured_on == "validation");
  CHECK(runs[0].seconds == 5);
  CHECK(list_runs(top / "killed").size() == 1);
}

TEST_CASE("runs that began together are ordered by their folders, and found up to nine levels below") {
  const test::TemporaryFolder folder;
  for (const char* name : {"001", "002", "003"}) begin_run(folder.path() / "sweep" / name, 1);
  const std::vector<RunEntry> runs = list_runs(folder.path());
  REQUIRE(runs.size() == 3);
  CHECK(runs[0].folder.filename() == "003");
  CHECK(runs[2].folder.filename() == "001");
  begin_run(folder.path() / "1/2/3/4/5/6/7/8/run", 2);
  CHECK(list_runs(folder.path()).size() == 4);
  begin_run(folder.path() / "1/2/3/4/5/6/7/8/9/run", 2);
  CHECK(list_runs(folder.path()).size() == 4);
}

TEST_CASE("a run without validation has its best accuracy in training, and before its first epoch none") {
  const test::TemporaryFolder folder;
  RunFolder run(folder.path() / "run", false);
  run.begin("given", resolved, {});
  CHECK(std::isnan(list_runs(folder.path()).at(0).accuracy));
  CHECK(list_runs(folder.path()).at(0).seconds == 0);
  for (const double accuracy : {0.5, 0.75, 0.25}) run.add_epoch({.epoch = 1, .accuracy = accuracy, .seconds = 2});
  for (int epoch = 2; epoch <= 3; ++epoch) run.add_epoch({.epoch = epoch, .accuracy = 0.875 - 0.125 * epoch});
  const RunEntry found = list_runs(folder.path()).at(0);
  CHECK(found.accuracy == 0.625);
  CHECK(found.measured_on == "training");
}

TEST_CASE("a run whose events are gone or cut is no killed run") {
  const test::TemporaryFolder folder;
  const History two = {{.epoch = 1}, {.epoch = 2}};
  begin_run(folder.path() / "a", 1)->write_metrics(two);
  CHECK(list_runs(folder.path()).at(0).state == RunEntry::State::killed);
  fs::remove(folder.path() / "a" / "events.jsonl");
  const RunEntry found = list_runs(folder.path()).at(0);
  CHECK(found.state == RunEntry::State::unreadable);
  CHECK(found.problem == "events.jsonl is missing or cut: metrics.csv has 2 epochs");
}

TEST_CASE("a run folder that cannot be read is one entry that says why") {
  const test::TemporaryFolder folder;
  fs::create_directories(folder.path() / "broken" / "resolved.toml");
  begin_run(folder.path() / "other", 1);
  write(folder.path() / "other" / "resolved.toml", "epochs = of another version");
  fs::create_directories(folder.path() / "empty");
  write(folder.path() / "empty" / "events.jsonl", "\xff{");
  const std::vector<RunEntry> runs = list_runs(folder.path());
  REQUIRE(runs.size() == 3);
  CHECK(runs[0].epochs_in_all == 0);
  CHECK(runs[0].state == RunEntry::State::killed);
  for (std::size_t i = 1; i < 3; ++i) {
    CHECK(runs[i].state == RunEntry::State::unreadable);
    CHECK_FALSE(runs[i].problem.empty());
  }
  CHECK_THROWS_AS(list_runs(folder.path() / "nowhere"), Error);
}
