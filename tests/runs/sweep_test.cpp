#include "convoy/sweep.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "convoy/error.h"
#include "convoy/machine.h"
#include "convoy/run.h"
#include "io/run_record.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/small_idx.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::contents;

namespace {

namespace fs = std::filesystem;
using State = SweepRun::State;

/// A data set and a network that trains on it in no time.
class SweepFixture {
 public:
  SweepFixture() {
    test::write_small_idx(folder_.path() / "digits", 200);
    test::write(config(), R"(
        name = "small"
        seed = 5
        [data]
        path = "digits"
        validation = 40
        [train]
        epochs = 2
        batch_size = 16
        [optimizer]
        type = "sgd"
        [[layer]]
        type = "conv2d"
        filters = 4
        stride = 3
        activation = "relu"
        [[layer]]
        type = "batch_norm"
        [[layer]]
        type = "flatten"
        [[layer]]
        type = "dense"
        units = 10
        [sweep]
        seeds = 2
        optimizer.learning_rate = [0.01, 0.1]
    )");
  }

  fs::path config() const { return folder_.path() / "small.toml"; }
  fs::path out(const std::string& name) const { return folder_.path() / name; }
  SweepPlan plan(const std::vector<std::string>& sets = {}) const { return load_sweep(config(), {.sets = sets}); }

  SweepResult sweep(const std::string& name, const SweepPlan& plan, SweepOptions options = {.threads = 1}) const {
    options.folder = out(name);
    return run_sweep(plan, options);
  }
  SweepResult sweep(const std::string& name) const { return sweep(name, plan()); }

 private:
  test::TemporaryFolder folder_;
};

std::string sweep_error(const SweepFixture& fixture, const std::string& name, const SweepPlan& plan) {
  return test::error_of([&] { fixture.sweep(name, plan); });
}

/// Ends the sweep after so many batches, and counts what else it is told.
struct Watch : SweepCallback {
  explicit Watch(int most = 1 << 30) : batches_left(most) {}
  void on_start(const std::vector<SweepRun>& runs) override {
    for (const SweepRun& run : runs) kept += run.kept ? 1 : 0;
  }
  void on_run_begin(std::size_t run, const SweepRun&) override {
    begun.insert(run);
    most_at_once = std::max(most_at_once, begun.size() - ended.size());
  }
  bool on_batch_end(std::size_t, const BatchLog&) override { return --batches_left > 0; }
  void on_epoch_end(std::size_t, const EpochLog&) override { ++epochs; }
  void on_run_end(std::size_t run, const SweepRun&) override { ended.insert(run); }

  int batches_left;
  int kept = 0, epochs = 0;
  std::set<std::size_t> begun, ended;
  std::size_t most_at_once = 0;
};

}  // namespace

TEST_CASE("a sweep leaves a run folder for each setting and seed, and two of it give the same table bit for bit") {
  const SweepFixture fixture;
  const SweepResult once = fixture.sweep("once");
  REQUIRE(once.runs.size() == 4);
  CHECK_FALSE(once.interrupted);
  for (const SweepRun& run : once.runs) {
    CHECK(run.state == State::finished);
    CHECK(run.epochs == 2);
    CHECK(fs::exists(run.folder / "best.safetensors"));
    CHECK(fs::exists(run.folder / "report.html"));
  }
  CHECK(once.runs[1].folder.filename() == "002-learning_rate_0.01-seed6");
  CHECK(once.runs[1].seed == 6);
  CHECK(once.runs[0].loss != once.runs[1].loss);
  const Config config = config_of(once.runs[3].folder / "best.safetensors");
  CHECK(config.run.integer("seed") == 6);
  CHECK(config.optimizer.settings.number("learning_rate") == 0.1);
  const std::string table = contents(once.table);
  CHECK(
      table.starts_with("setting,seed,test_accuracy,test_loss,best_epoch,epochs,diverged,folder\n"
                        "learning_rate=0.01,5,0."));
  CHECK(std::ranges::count(table, '\n') == 5);
  CHECK(contents(fixture.sweep("again").table) == table);
}

TEST_CASE("results do not depend on jobs and threads") {
  const SweepFixture fixture;
  const std::string table = contents(fixture.sweep("one").table);
  SweepPlan plan = fixture.plan();
  for (const auto& [jobs, threads] : {std::pair{2, 2}, std::pair{2, 4}, std::pair{4, 1}}) {
    plan.jobs = jobs;
    const std::string name = std::to_string(jobs) + "-" + std::to_string(threads);
    const SweepResult result = fixture.sweep(name, plan, {.threads = threads});
    CHECK(contents(result.table) == table);
    for (const SweepRun& run : result.runs) {
      const fs::path same = fixture.out("one") / run.folder.filename();
      CHECK(contents(run.folder / "best.safetensors") == contents(same / "best.safetensors"));
      CHECK(contents(run.folder / "metrics.csv") == contents(same / "metrics.csv"));
    }
  }
}

TEST_CASE("a sweep that was stopped goes on: finished runs stay untouched, others resume, and the table is the same") {
  const SweepFixture fixture;
  const std::string table = contents(fixture.sweep("unbroken").table);
  Watch stop(25);  // 20 batches a run: within the second one
  const SweepResult stopped = fixture.sweep("run", fixture.plan(), {.threads = 1, .callback = &stop});
  CHECK(stopped.interrupted);
  REQUIRE(stopped.runs[0].state == State::finished);
  REQUIRE(stopped.runs[1].state == State::interrupted);
  CHECK(stopped.runs[2].state == State::waiting);
  CHECK(std::ranges::count(contents(stopped.table), '\n') == 2);
  CHECK(stop.ended == std::set<std::size_t>{0, 1});
  const std::string events = contents(stopped.runs[0].folder / "events.jsonl");

  Watch watch;
  const SweepResult resumed = fixture.sweep("run", fixture.plan(), {.threads = 1, .callback = &watch});
  CHECK(contents(resumed.table) == table);
  CHECK(watch.kept == 1);
  CHECK(watch.begun == std::set<std::size_t>{1, 2, 3});
  CHECK(watch.most_at_once == 1);
  CHECK(resumed.runs[0].kept);
  CHECK_FALSE(resumed.runs[1].kept);
  CHECK(contents(resumed.runs[0].folder / "events.jsonl") == events);
  CHECK(contains(contents(resumed.runs[1].folder / "log.txt"), "resumed after epoch"));

  Watch nothing_left;
  CHECK(contents(fixture.sweep("run", fixture.plan(), {.callback = &nothing_left}).table) == table);
  CHECK(nothing_left.begun.empty());
}

TEST_CASE("a run's folder has its number, its label in plain characters and its seed") {
  const SweepFixture fixture;
  const SweepPlan plan = fixture.plan({"data.hint='a,  b','c/d_e-f.g'"});
  const SweepResult result = fixture.sweep("run", plan);
  const auto name = [&](std::size_t run) { return result.runs.at(run).folder.filename().string(); };
  CHECK(name(0) == "001-learning_rate_0.01-hint_a-b-seed5");
  CHECK(name(3) == "004-learning_rate_0.01-hint_c_d_e-f.g-seed6");
  CHECK(result.runs.at(7).seed == 6);
}

TEST_CASE("force removes what earlier sweeps left: folders with three digits and a dash, and no others") {
  const SweepFixture fixture;
  fixture.sweep("run", fixture.plan({"optimizer.learning_rate=0.3"}));
  for (const char* name : {"003-a", "0123-b", "12-c", "123", "1234x", "x003-d"})
    fs::create_directory(fixture.out("run") / name);
  test::write(fixture.out("run") / "003-notes.txt", "mine");
  const SweepResult anew =
      fixture.sweep("run", fixture.plan({"optimizer.learning_rate=0.3"}), {.force = true, .threads = 1});
  CHECK_FALSE(anew.runs.at(0).kept);
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(anew.folder)) names.insert(entry.path().filename().string());
  CHECK(names == std::set<std::string>{"001-small-seed5", "002-small-seed6", "003-notes.txt", "12-c", "123", "1234x",
                                       "x003-d", "sweep.csv", "sweep.html", "sweep.toml"});
}

TEST_CASE("one run at a time has all cores, unless the configuration or the options say otherwise") {
  const SweepFixture fixture;
  SweepPlan plan = fixture.plan({"optimizer.learning_rate=0.3", "train.epochs=1"});
  plan.seeds = 1;
  const auto threads_of = [](const SweepResult& sweep) {
    return read_run(sweep.runs.at(0).folder).environment.threads;
  };
  CHECK(threads_of(fixture.sweep("all", plan, {})) == cores());
  CHECK(threads_of(fixture.sweep("one", plan, {.threads = 1})) == 1);
}

TEST_CASE("seeds end at the largest whole number") {
  const SweepFixture fixture;
  SweepPlan plan = fixture.plan({"seed=2147483645", "optimizer.learning_rate=0.3"});
  CHECK_NOTHROW(require_startable(plan));
  plan.settings[0].config.run.set("seed", std::int64_t{2147483646});
  CHECK_THROWS_WITH_AS(require_startable(plan), "\"seed\" is too large", Error);
  plan.seeds = 0;
  CHECK_THROWS_WITH_AS(require_startable(plan), "a sweep needs a setting and a seed", Error);
}

TEST_CASE("another sweep in the folder is refused with what differs, unless force replaces it") {
  const SweepFixture fixture;
  fixture.sweep("run");
  const std::string table = contents(fixture.out("run") / "sweep.csv");
  const auto refuses = [&](const SweepPlan& plan, const std::string& part) {
    const std::string error = sweep_error(fixture, "run", plan);
    CAPTURE(error);
    CHECK(contains(error, "sweep.toml: another sweep is there: " + part));
    CHECK(contents(fixture.out("run") / "sweep.csv") == table);
  };
  refuses(fixture.plan({"train.epochs=3"}), "[train] epochs = 2, now epochs = 3;");
  refuses(fixture.plan({"optimizer.learning_rate=0.01,0.2"}),
          "[[sweep.setting]] label = \"learning_rate=0.1\", now label");
  refuses(fixture.plan({"optimizer.learning_rate=0.01,0.1,0.2"}), "[[sweep.setting]] nothing, now");
  SweepPlan more_seeds = fixture.plan();
  more_seeds.seeds = 3;
  refuses(more_seeds, "[sweep] seeds = 2, now seeds = 3;");
  CHECK(sweep_error(fixture, "run", fixture.plan({"threads=2"})) == "no error");  // results do not depend on it

  const SweepPlan smaller = fixture.plan({"optimizer.learning_rate=0.3"});
  const SweepResult anew = fixture.sweep("run", smaller, {.force = true});
  CHECK(anew.settings[0].label == "small");
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(anew.folder)) names.insert(entry.path().filename().string());
  CHECK(names == std::set<std::string>{"001-small-seed5", "002-small-seed6", "sweep.csv", "sweep.html", "sweep.toml"});
}

TEST_CASE("a run that was trained anew or for longer is not taken into the table") {
  const SweepFixture fixture;
  const SweepResult sweep = fixture.sweep("run");
  const std::string table = contents(sweep.table);
  const fs::path run = sweep.runs[1].folder;
  fs::copy(run, fixture.out("kept"), fs::copy_options::recursive);
  const auto refuses = [&](const std::string& part) {
    const std::string error = sweep_error(fixture, "run", fixture.plan());
    CAPTURE(error);
    CHECK(error.starts_with(run.string() + ": no longer a run of this sweep: " + part));
    CHECK(contents(sweep.table) == table);
    fs::remove_all(run);
    fs::copy(fixture.out("kept"), run, fs::copy_options::recursive);
  };
  resume_run(run, {}, {"train.epochs=3"});
  refuses("train.epochs: 2, now 3; move it elsewhere");
  train_run(load_config(run / "resolved.toml", {"optimizer.learning_rate=0.5", "seed=9"}),
            {.folder = run, .force = true});
  refuses("optimizer.learning_rate: 0.01, now 0.5; seed: 6, now 9; move it elsewhere");
  resume_run(run, {}, {"threads=1", "train.top_k=3"});
  CHECK(sweep_error(fixture, "run", fixture.plan()) == "no error");
}

TEST_CASE("a folder that holds something else is left alone") {
  const SweepFixture fixture;
  fs::create_directory(fixture.out("mine"));
  test::write(fixture.out("mine") / "notes.txt", "precious");
  CHECK(contains(sweep_error(fixture, "mine", fixture.plan()), "holds something that is not a sweep"));
  SweepOptions force{.force = true};
  CHECK_THROWS_AS(fixture.sweep("mine", fixture.plan(), force), Error);
  CHECK(contents(fixture.out("mine") / "notes.txt") == "precious");
  CHECK(contains(sweep_error(fixture, "small.toml", fixture.plan()), "exists and is not a folder"));
}

TEST_CASE("what cannot start is said before anything is written, with the setting") {
  const SweepFixture fixture;
  const auto refuses = [&](const std::string& set, const std::string& part, const std::string& setting) {
    const std::string error = sweep_error(fixture, "run", fixture.plan({set}));
    CAPTURE(error);
    CHECK(contains(error, part));
    CHECK(error.ends_with("(setting \"" + setting + "\")"));
    CHECK_FALSE(fs::exists(fixture.out("run")));
  };
  refuses("layer.conv2d_1.kernel=3,29", "29", "learning_rate=0.01, kernel=29");
  refuses("layer.dense_1.units=10,9", "label", "learning_rate=0.01, units=9");
  refuses("data.validation=40,1000", "1000 of 200 training samples cannot be set aside for validation",
          "learning_rate=0.01, validation=1000");
  refuses("data.path='" + fixture.out("digits").string() + "',nowhere", "nowhere", "learning_rate=0.01, path=nowhere");
}

TEST_CASE("a run that diverges is a result, which stays") {
  const SweepFixture fixture;
  const SweepPlan plan = fixture.plan({"optimizer.learning_rate=0.01,1e38"});
  const SweepResult result = fixture.sweep("run", plan);
  CHECK(result.runs[0].state == State::finished);
  CHECK(result.runs[2].state == State::diverged);
  CHECK(result.settings[0].best);
  CHECK(result.settings[1].diverged == 2);
  CHECK(result.settings[1].finished == 0);
  CHECK_FALSE(result.settings[1].best);
  const std::string table = contents(result.table);
  CHECK(contains(table, "learning_rate=1e+38,5,,,0,0,1,003-learning_rate_1e_38-seed5\n"));
  Watch watch;
  CHECK(contents(fixture.sweep("run", plan, {.callback = &watch}).table) == table);
  CHECK(watch.kept == 4);
}

TEST_CASE("any other failure ends the sweep, with the name of the run") {
  const SweepFixture fixture;
  Watch stop(1);
  fixture.sweep("run", fixture.plan(), {.callback = &stop});
  test::write(fixture.out("run") / "001-learning_rate_0.01-seed5" / "last.ckpt", "damaged");
  const std::string error = sweep_error(fixture, "run", fixture.plan());
  CHECK(error.starts_with("run 001-learning_rate_0.01-seed5: "));
}

TEST_CASE("a sweep does not follow a link out of its folder") {
  const SweepFixture fixture;
  Watch stop(1);
  fixture.sweep("run", fixture.plan(), {.callback = &stop});
  const fs::path run = fixture.out("run") / "001-learning_rate_0.01-seed5";
  fs::rename(run, fixture.out("elsewhere"));
  fs::create_directory_symlink(fixture.out("elsewhere"), run);
  CHECK(contains(sweep_error(fixture, "run", fixture.plan()), "001-learning_rate_0.01-seed5: is a symbolic link"));
}

TEST_CASE("settings are summarised by mean and sample deviation, and the best is one that never diverged") {
  SweepPlan plan;
  for (const char* label : {"a", "b", "c", "d"})
    plan.settings.push_back({.label = label, .overrides = {}, .config = {}});
  const auto run = [](std::size_t setting, State state, double accuracy, double loss) {
    return SweepRun{.setting = setting, .state = state, .accuracy = accuracy, .loss = loss};
  };
  const auto summaries =
      summarize(plan, {run(0, State::finished, 0.75, 1), run(0, State::finished, 0.5, 3),
                       run(0, State::finished, 0.25, 5), run(1, State::finished, 0.99, 1),
                       run(1, State::diverged, 0, 0), run(2, State::finished, 0.5, 2), run(3, State::waiting, 0, 0)});
  REQUIRE(summaries.size() == 4);
  CHECK(summaries[0].accuracy == 0.5);
  CHECK(summaries[0].accuracy_deviation == 0.25);
  CHECK(summaries[0].loss == 3);
  CHECK(summaries[0].loss_deviation == 2);
  CHECK(summaries[1].finished == 1);
  CHECK(summaries[1].diverged == 1);
  CHECK(summaries[1].accuracy_deviation == 0);
  CHECK(summaries[3].finished == 0);
  Texts best;
  for (const auto& summary : summaries) {
    if (summary.best) best.push_back(summary.label);
  }
  CHECK(best == Texts{"c"});  // as accurate as a, at a lower loss
  const auto best_of = [&](const std::vector<SweepRun>& runs) {
    for (const auto& summary : summarize(plan, runs)) {
      if (summary.best) return summary.label;
    }
    return std::string();
  };
  CHECK(best_of({run(2, State::finished, 0.5, 1), run(1, State::finished, 0.5, 1)}) == "b");  // the first of equals
  CHECK(best_of({run(0, State::finished, 0.5, 2), run(3, State::finished, 0.6, 3)}) == "d");
  CHECK(best_of({run(0, State::diverged, 0, 0), run(2, State::diverged, 0, 0)}).empty());
  CHECK(best_of({run(0, State::finished, 0.9, 1), run(0, State::diverged, 0, 0), run(2, State::finished, 0.1, 9)}) ==
        "c");
}
