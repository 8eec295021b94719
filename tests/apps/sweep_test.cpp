// convoy sweep as a user runs it: what it prints and leaves, and what is left of it when its process is killed.

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "support/files.h"
#include "support/process.h"
#include "support/small_idx.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::contents;
using test::Finished;

namespace {

namespace fs = std::filesystem;

class SweepFixture {
 public:
  SweepFixture() {
    test::write_small_idx(folder_.path() / "digits", 300);
    test::write(config(), R"(
        name = "small"
        [data]
        path = "digits"
        validation = 100
        [train]
        epochs = 4
        batch_size = 4
        checkpoint_seconds = 0.01
        [[layer]]
        type = "conv2d"
        filters = 8
        activation = "relu"
        [[layer]]
        type = "flatten"
        [[layer]]
        type = "dense"
        units = 10
        [sweep]
        seeds = 2
        jobs = 2
        optimizer.learning_rate = [0.001, 0.01, 1e30]
        [sweep.variant]
        plain = []
        "large batch" = ["train.batch_size=20"]
    )");
  }

  fs::path config() const { return folder_.path() / "small.toml"; }
  fs::path out(const std::string& name) const { return folder_.path() / name; }
  std::vector<std::string> arguments(const std::string& name, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all = {"sweep", config().string(), "--out", out(name).string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Finished sweep(const std::string& name, const std::vector<std::string>& more = {}) const {
    return test::run(CONVOY_BINARY, arguments(name, more));
  }
  std::string table(const std::string& name) const { return contents(out(name) / "sweep.csv"); }

 private:
  test::TemporaryFolder folder_;
};

int lines_of(const std::string& text) { return static_cast<int>(std::ranges::count(text, '\n')); }

const std::vector<std::string> one_rate = {"-s", "optimizer.learning_rate=0.01"};

}  // namespace

TEST_CASE("a sweep prints a line a run and a table by setting, and the same table again without training") {
  const SweepFixture fixture;
  const Finished first = fixture.sweep("run");
  INFO(first.err);
  REQUIRE(first.code == 0);
  CHECK(test::count(first.err, "\nrun ") + (first.err.starts_with("run ") ? 1 : 0) == 12);
  CHECK(contains(first.err, "run 2/12 plain, learning_rate=0.001, seed 43: test accuracy "));
  CHECK(contains(first.err, "run 5/12 plain, learning_rate=1e+30, seed 42: diverged in epoch 1\n"));
  CHECK_FALSE(contains(first.err, "\033"));
  CHECK(lines_of(first.out) == 10);
  CHECK(contains(first.out, "plain, learning_rate=0.001        2     "));
  CHECK(contains(first.out, " +- "));
  CHECK(contains(first.out, "2 of 2 diverged\n"));
  CHECK(contains(first.out, "best\n"));
  CHECK(lines_of(fixture.table("run")) == 13);
  CHECK(contains(contents(fixture.out("run") / "sweep.html"), "large batch, learning_rate=0.01"));

  const Finished again = fixture.sweep("run");
  CHECK(again.code == 0);
  CHECK(again.err.starts_with("12 of 12 runs are there already and are kept\n"));
  CHECK(again.out == first.out);

  const Finished other = fixture.sweep("run", {"--seeds", "3"});
  CHECK(other.code == 2);
  CHECK(contains(other.err, "another sweep is there: [sweep] seeds = 2, now seeds = 3; use --force"));
}

TEST_CASE("--json gives an object a run and one for the settings; --quiet shows nothing under way") {
  const SweepFixture fixture;
  auto more = one_rate;
  more.insert(more.end(), {"--json", "--quiet", "--seed", "7", "--jobs", "1"});
  const Finished finished = fixture.sweep("run", more);
  REQUIRE(finished.code == 0);
  std::istringstream errors(finished.err);
  for (std::string line; std::getline(errors, line);) CHECK(line.starts_with("warning: "));
  std::istringstream lines(finished.out);
  std::vector<nlohmann::json> objects;
  for (std::string line; std::getline(lines, line);) objects.push_back(nlohmann::json::parse(line));
  REQUIRE(objects.size() == 5);
  CHECK(objects[1]["setting"] == "plain");
  CHECK(objects[1]["seed"] == 8);
  CHECK(objects[1]["diverged"] == false);
  const auto& settings = objects[4]["settings"];
  REQUIRE(settings.size() == 2);
  const double mean = (objects[0]["accuracy"].get<double>() + objects[1]["accuracy"].get<double>()) / 2;
  CHECK(settings[0]["accuracy"] == mean);
  CHECK(settings[0]["finished"] == 2);
}

TEST_CASE("a mistake in a sweep ends it before the first run, with its place") {
  const SweepFixture fixture;
  const auto refuses = [&](const std::vector<std::string>& more, const std::string& part) {
    const Finished finished = fixture.sweep("run", more);
    INFO(finished.err);
    CHECK(finished.code == 2);
    CHECK(lines_of(finished.err) == 1);
    CHECK(contains(finished.err, part));
    CHECK_FALSE(fs::exists(fixture.out("run")));
  };
  refuses({"-s", "train.batchsize=1,2"}, "did you mean \"batch_size\"?");
  refuses({"--random", "x"}, "--random expects a whole number from 0 to 1000");
  refuses({"-s", "optimizer.learning_rate=1e-4..1e-1 log"}, "is a range: give random = N");
  test::write(fixture.config(), contents(fixture.config()) + "broken = [\"train.epoch=3\"]\n");
  refuses({}, "small.toml:26:5: unknown key \"epoch\" in [train]");
  const Finished check = test::run(CONVOY_BINARY, {"config", "check", fixture.config().string()});
  CHECK(check.code == 2);
  CHECK(contains(check.err, "small.toml:26:5: "));
}

TEST_CASE("Ctrl-C saves all runs, and the same command goes on to the same table") {
  const SweepFixture fixture;
  REQUIRE(fixture.sweep("unbroken", one_rate).code == 0);
  const Finished broken = test::run(CONVOY_BINARY, fixture.arguments("run", one_rate), "test accuracy");
  CHECK(broken.code == 130);
  CHECK(contains(broken.err, "interrupted and saved\n"));
  CHECK(contains(broken.err, "interrupted; the same command goes on\n"));
  CHECK(lines_of(fixture.table("run")) < 5);
  CHECK(fixture.sweep("run", one_rate).code == 0);
  CHECK(fixture.table("run") == fixture.table("unbroken"));
}

TEST_CASE("a sweep killed at random moments ends with the table of an unbroken one") {
  const SweepFixture fixture;
  REQUIRE(fixture.sweep("unbroken").code == 0);
  std::mt19937 random(11);  // NOLINT(cert-msc51-cpp): the same moments each time, as far as the machine allows
  int code = 128 + SIGKILL;
  for (int kills = 0; kills < 12 && code == 128 + SIGKILL; ++kills) {
    const std::chrono::milliseconds life(std::uniform_int_distribution<int>(20, 300)(random));
    code = test::run_and_kill(CONVOY_BINARY, fixture.arguments("run"), life);
  }
  const Finished last = fixture.sweep("run");
  INFO(last.err);
  CHECK(last.code == 0);
  CHECK(fixture.table("run") == fixture.table("unbroken"));
  for (const auto& entry : fs::directory_iterator(fixture.out("unbroken"))) {
    if (!entry.is_directory() || contains(entry.path().string(), "1e_30")) continue;
    const fs::path same = fixture.out("run") / entry.path().filename();
    CHECK(contents(same / "best.safetensors") == contents(entry.path() / "best.safetensors"));
  }
}

TEST_CASE("long names are cut in the middle, where the table would not fit 80 columns") {
  const SweepFixture fixture;
  const std::string name(78, 'n');
  auto more = one_rate;
  more.insert(more.end(), {"-s", "train.epochs=1", "--seeds", "1", "-s", "train.monitor=accuracy,loss"});
  test::write(fixture.config(), contents(fixture.config()) + "\"" + name + "ä\" = [\"train.batch_size=10\"]\n");
  const Finished live = test::run_on_terminal(CONVOY_BINARY, fixture.arguments("run", more), 80);
  CHECK(live.code == 0);
  CHECK(contains(live.out, "nnn...accuracy"));
  std::istringstream lines(fixture.sweep("run", more).out);
  int cut = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!contains(line, "...")) continue;
    CHECK(line.size() <= 80 + 1);  // bytes, two of them for "ä"
    CHECK(line.starts_with(std::string(17, 'n') + "..."));
    CHECK(contains(line, "itor="));
    ++cut;
  }
  CHECK(cut == 2);
  CHECK(contains(fixture.table("run"), name));
}

TEST_CASE("a terminal gets a table that fits it and is redrawn in place") {
  const SweepFixture fixture;
  for (const unsigned short columns : std::initializer_list<unsigned short>{110, 80, 60}) {
    const Finished finished = test::run_on_terminal(CONVOY_BINARY, fixture.arguments("run", {"--force"}), columns);
    CHECK(finished.code == 0);
    CHECK(contains(finished.out, "of 12 finished"));
    CHECK(contains(finished.out, "A\r\033[J"));
    std::istringstream lines(finished.out.substr(0, finished.out.rfind("\033[J")));
    for (std::string line; std::getline(lines, line);) {
      for (const std::string code : {"\033[31m", "\033[0m", "\r", "\033[J"}) {
        for (auto at = line.find(code); at != std::string::npos; at = line.find(code)) line.erase(at, code.size());
      }
      INFO(line);
      CHECK(line.size() < columns + 6U);  // "\033[14A"
    }
  }
  CHECK_FALSE(
      contains(test::run_on_terminal(CONVOY_BINARY, fixture.arguments("run"), 110, {"NO_COLOR=1"}).out, "\033[31m"));
}
