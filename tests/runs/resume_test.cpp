// A run that was broken off, in whatever way, ends as one that was not.

#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "convoy/error.h"
#include "convoy/model.h"
#include "convoy/run.h"
#include "io/run_record.h"
#include "io/safetensors.h"
#include "runs/progress.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/small_idx.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::contents;
using test::error_of;
using test::write;

namespace {

namespace fs = std::filesystem;

/// With all that has a state: momentum, a schedule that looks at the loss, dropout, shuffling, batch norm.
const char* const small_experiment = R"(
    name = "small"
    seed = 3
    [data]
    path = "digits"
    validation = 40
    [train]
    epochs = 4
    batch_size = 16
    patience = 3
    checkpoint_seconds = 0
    [optimizer]
    type = "adam"
    learning_rate = 0.01
    [schedule]
    type = "plateau"
    patience = 1
    [loss]
    type = "softmax_cross_entropy"
    [[layer]]
    type = "conv2d"
    filters = 4
    stride = 2
    activation = "relu"
    [[layer]]
    type = "batch_norm"
    [[layer]]
    type = "flatten"
    [[layer]]
    type = "dropout"
    rate = 0.2
    [[layer]]
    type = "dense"
    units = 10
    activation = "softmax"
)";

struct Crash : std::runtime_error {
  Crash() : std::runtime_error("the power failed") {}
};

/// Has a checkpoint written every so many batches, and ends everything at one of them.
struct Failing : Callback {
  Failing(int crash_at, int checkpoint_every) : left(crash_at), every(checkpoint_every) {}
  bool on_batch_end(const BatchLog&) override {
    if (--left == 0) throw Crash();
    return true;
  }
  bool wants_checkpoint() override { return every > 0 && left % every == 0; }
  int left;
  int every;
};

/// Keeps what it is told.
struct NotesListener : Callback {
  void on_warning(const std::string& message) override { warnings.push_back(message); }
  void on_note(const std::string& message) override { notes.push_back(message); }
  std::vector<std::string> warnings;
  std::vector<std::string> notes;
};

class ResumeFixture {
 public:
  ResumeFixture() { test::write_small_idx(folder_.path() / "digits", 200); }

  fs::path run(const std::string& name) const { return folder_.path() / name; }
  fs::path digits() const { return folder_.path() / "digits"; }

  fs::path train(const std::string& name, const RunOptions& options = {}, const std::vector<std::string>& more = {}) {
    RunOptions all = options;
    all.folder = run(name);
    train_run(parse_config(small_experiment, "small.toml", folder_.path(), more), all);
    return all.folder;
  }

  /// Trains until batch `crash_at`, where the process is lost.
  fs::path lose(const std::string& name, int crash_at, int checkpoint_every,
                const std::vector<std::string>& more = {}) {
    Failing failing(crash_at, checkpoint_every);
    CHECK_THROWS_AS(train(name, {.callbacks = {&failing}}, more), Crash);
    return run(name);
  }

 private:
  test::TemporaryFolder folder_;
};

/// The bytes of all tensors of a checkpoint, those of the optimizer and of the best epoch included.
std::vector<std::byte> tensors_of(const fs::path& run) {
  const TensorFile file = read_safetensors(run / "last.ckpt");
  return {file.data.span().begin(), file.data.span().end()};
}

void check_same(const fs::path& run, const fs::path& unbroken) {
  CHECK(tensors_of(run) == tensors_of(unbroken));
  CHECK(contents(run / "best.safetensors") == contents(unbroken / "best.safetensors"));
  CHECK(contents(run / "metrics.csv") == contents(unbroken / "metrics.csv"));
}

void replace(const fs::path& file, const std::string& part, const std::string& by) {
  std::string text = contents(file);
  const std::size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  write(file, text.replace(at, part.size(), by));
}

/// The events of training and diagnosing, without times.
std::vector<nlohmann::json> timeless_events(const fs::path& run) {
  std::vector<nlohmann::json> events;
  std::istringstream lines(contents(run / "events.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    auto event = nlohmann::json::parse(line);
    const std::string kind = event["event"];
    if (kind != "steps" && kind != "diagnostics" && kind != "epoch") continue;
    for (const char* key : {"seconds", "images_per_second"}) event.erase(key);
    for (auto& layer : event["layers"]) {
      layer.erase("forward_us");
      layer.erase("backward_us");
    }
    events.push_back(event);
  }
  return events;
}

}  // namespace

TEST_CASE("the events of a resumed run are those of an unbroken one") {
  ResumeFixture fixture;
  const std::vector<std::string> looking = {"train.log_steps=5", "diagnostics.every=4", "diagnostics.probe=32"};
  const auto unbroken = fixture.train("unbroken", {}, looking);
  Failing failing(17, 3);
  CHECK_THROWS_AS(fixture.train("broken", {.callbacks = {&failing}}, looking), Crash);
  resume_run(fixture.run("broken"), {});
  const auto events = timeless_events(fixture.run("broken"));
  CHECK(events.size() == 8 + 10 + 4);  // of 40 steps in 4 epochs
  CHECK(events == timeless_events(unbroken));
}

TEST_CASE("a run with accumulated gradients, averaged weights and weights of classes resumes to the same bits") {
  ResumeFixture fixture;
  const std::vector<std::string> options = {"train.accumulate=3", "train.average=0.9", "train.class_weights=balanced"};
  const fs::path unbroken = fixture.train("unbroken", {}, options);
  for (const int crash_at : {2, 5, 9}) {  // 4 steps an epoch
    CAPTURE(crash_at);
    const fs::path run = fixture.lose("run", crash_at, 1, options);
    resume_run(run, {.threads = 2});
    check_same(run, unbroken);
    fs::remove_all(run);
  }
}

TEST_CASE("a run lost at any batch resumes to the same bits, with whatever checkpoints and threads") {
  ResumeFixture fixture;
  const fs::path unbroken = fixture.train("unbroken");
  for (const int crash_at : {1, 9, 10, 11, 15, 20, 33, 40}) {  // 10 batches an epoch
    for (const int every : {0, 1, 4}) {
      CAPTURE(crash_at);
      CAPTURE(every);
      const fs::path run = fixture.lose("run", crash_at, every);
      const RunResult result = resume_run(run, {.threads = 1 + crash_at % 3});
      CHECK_FALSE(result.interrupted);
      check_same(run, unbroken);
      fs::remove_all(run);
    }
  }
}

TEST_CASE("a run with augmentation and mixup resumes to the same bits, and not with another augmentation") {
  ResumeFixture fixture;
  const std::vector<std::string> more = {"augmentation.shift=0.1", "augmentation.rotate=10", "augmentation.erase=0.3",
                                         "augmentation.mixup=0.3"};
  const fs::path unbroken = fixture.train("unbroken", {}, more);
  CHECK(tensors_of(unbroken) != tensors_of(fixture.train("plain")));
  const fs::path run = fixture.lose("run", 15, 4, more);
  replace(run / "resolved.toml", "rotate = 10", "rotate = 20");
  const std::string message = error_of(ErrorKind::config, [&] { resume_run(run, {}); });
  CHECK(contains(message, "augmentation.rotate: 10.0, now 20.0"));
  replace(run / "resolved.toml", "rotate = 20", "rotate = 10");
  resume_run(run, {.threads = 1});
  check_same(run, unbroken);
}

TEST_CASE("a run that recalibrates batch norm resumes to the same bits") {
  ResumeFixture fixture;
  const std::vector<std::string> more = {"train.recalibrate=50"};
  const fs::path unbroken = fixture.train("unbroken", {}, more);
  CHECK(contents(unbroken / "best.safetensors") != contents(fixture.train("without") / "best.safetensors"));
  for (const int crash_at : {9, 10, 15, 33}) {
    CAPTURE(crash_at);
    const fs::path run = fixture.lose("run", crash_at, 4, more);
    resume_run(run, {.threads = 1 + crash_at % 3});
    check_same(run, unbroken);
    fs::remove_all(run);
  }
}

TEST_CASE("a run that monitors the loss with a margin resumes to the same bits") {
  ResumeFixture fixture;
  const std::vector<std::string> more = {"train.monitor=validation_loss", "train.min_delta=0.01", "train.patience=2"};
  const fs::path unbroken = fixture.train("unbroken", {}, more);
  const fs::path run = fixture.lose("run", 25, 4, more);
  resume_run(run, {});
  check_same(run, unbroken);
}

TEST_CASE("training for two epochs and then for two more is training for four") {
  ResumeFixture fixture;
  const fs::path unbroken = fixture.train("unbroken", {}, {"schedule={type = \"constant\"}"});
  const fs::path run = fixture.train("run", {}, {"schedule={type = \"constant\"}", "train.epochs=2"});
  resume_run(run, {}, {"train.epochs=4"});
  CHECK(tensors_of(run) == tensors_of(unbroken));
  CHECK(contents(run / "metrics.csv") == contents(unbroken / "metrics.csv"));
}

TEST_CASE("a run that was made longer goes on to its new end, whatever breaks it off") {
  ResumeFixture fixture;
  const fs::path unbroken = fixture.train("unbroken", {}, {"train.epochs=6", "train.patience=0"});
  for (const int crash_at : {3, 25}) {  // before the first new checkpoint, and after
    CAPTURE(crash_at);
    const fs::path run = fixture.train("run", {}, {"train.epochs=2", "train.patience=0"});
    Failing failing(crash_at, 0);
    CHECK_THROWS_AS(resume_run(run, {.callbacks = {&failing}}, {"train.epochs=6"}), Crash);
    CHECK(contains(contents(run / "resolved.toml"), "epochs = 6"));
    CHECK(resume_run(run, {}).history.size() == 6);
    check_same(run, unbroken);
    fs::remove_all(run);
  }
}

TEST_CASE("a run that is stopped while it evaluates resumes to the same bits") {
  ResumeFixture fixture;
  const std::vector<std::string> more = {"train.recalibrate=50"};
  const fs::path unbroken = fixture.train("unbroken", {}, more);
  struct StopAt : Callback {
    StopAt(std::string where, int evaluations) : split(std::move(where)), before(evaluations) {}
    bool on_evaluation(const EvaluationLog& log) override {
      if (log.split == split && log.done == log.samples) --before;
      return log.split != split || before > 0 || log.done < log.samples / 2;
    }
    std::string split;
    int before;  ///< so many evaluations are let through
  };
  for (const int epoch : {1, 3}) {
    CAPTURE(epoch);
    StopAt stop("validation", epoch - 1);
    const RunOptions options{.folder = fixture.run("run"), .callbacks = {&stop}};
    const RunResult stopped = train_run(parse_config(small_experiment, "small.toml", fixture.run(""), more), options);
    CHECK(stopped.interrupted);
    CHECK(stopped.history.size() == static_cast<std::size_t>(epoch - 1));
    CHECK(resume_run(fixture.run("run"), {}).history.size() == 4);
    check_same(fixture.run("run"), unbroken);
    fs::remove_all(fixture.run("run"));
  }
  StopAt stop("test", 0);
  const fs::path run = fixture.train("run", {.callbacks = {&stop}}, more);
  CHECK_FALSE(read_run(run).outcome);
  CHECK(contains(contents(run / "log.txt"), "interrupted before the evaluation was done"));
  const RunResult resumed = resume_run(run, {});
  CHECK(resumed.test.samples == 200);
  check_same(run, unbroken);
}

TEST_CASE("a resume that has nothing to do says why, and what would go on") {
  ResumeFixture fixture;
  const std::vector<std::string> strict = {"train.epochs=6",
                                           "train.min_delta=10"};  // no epoch is better than the first
  const auto with_patience = [&](const char* patience) {
    return std::vector<std::string>{strict[0], strict[1], std::string("train.patience=") + patience};
  };
  NotesListener listener;
  const fs::path run = fixture.train("run", {.callbacks = {&listener}}, with_patience("2"));
  const std::string early =
      "stopped early after epoch 3 of 6: none was better than epoch 1 for train.patience = 2 "
      "epochs; to go on: convoy resume " +
      run.string() + " -s train.patience=4";
  CHECK(listener.notes == std::vector<std::string>{early});
  CHECK(contains(contents(run / "log.txt"), early));
  CHECK(resume_run(run, {.callbacks = {&listener}}).history.size() == 3);
  CHECK(listener.notes == std::vector<std::string>{early, early});
  CHECK(resume_run(run, {.callbacks = {&listener}}, {"train.patience=4"}).history.size() == 5);
  check_same(run, fixture.train("patient", {}, with_patience("4")));

  listener.notes.clear();
  CHECK(resume_run(run, {.callbacks = {&listener}}, {"train.patience=0"}).history.size() == 6);
  CHECK(listener.notes.empty());
  resume_run(run, {.callbacks = {&listener}});
  CHECK(listener.notes ==
        std::vector<std::string>{"all 6 epochs are done; to go on: convoy resume " + run.string() + " --epochs 12"});
}

TEST_CASE("a resume changes how long to train, and refuses what would be another run") {
  ResumeFixture fixture;
  const fs::path run = fixture.lose("run", 25, 0);
  const std::string before = contents(run / "resolved.toml");
  std::string message = error_of(ErrorKind::config, [&] { resume_run(run, {}, {"train.batch_size=8"}); });
  CHECK(
      contains(message, run.string() + ": train.batch_size: 16, now 8: a run that has begun may change train.epochs"));
  message = error_of(ErrorKind::config, [&] { resume_run(run, {}, {"train.groups=2"}); });
  CHECK(contains(message, run.string() + ": train.groups: 8, now 2: a run that has begun may change train.epochs"));
  message = error_of(ErrorKind::config, [&] { resume_run(run, {}, {"train.epochs=1"}); });
  CHECK(contains(message, run.string() + ": 2 epochs are done, more than train.epochs = 1"));
  CHECK(contents(run / "resolved.toml") == before);
  CHECK(resume_run(run, {}, {"train.epochs=3", "diagnostics.every=5"}).history.size() == 3);
}

TEST_CASE("another number of epochs warns where the schedule spans them") {
  ResumeFixture fixture;
  NotesListener listener;
  const auto warnings_of = [&](const std::string& schedule) {
    const fs::path run = fixture.train("run", {}, {"schedule={type = \"" + schedule + "\"}", "train.patience=0"});
    listener.warnings.clear();
    resume_run(run, {.callbacks = {&listener}}, {"train.epochs=8"});
    CHECK(contains(contents(run / "log.txt"), "warning: schedule") == !listener.warnings.empty());
    fs::remove_all(run);
    return listener.warnings;
  };
  CHECK(warnings_of("exponential").empty());
  // Of 80 steps the 41st: 0.01 * (1 + cos(pi * 40 / 79)) / 2
  CHECK(
      warnings_of("cosine") ==
      std::vector<std::string>{"schedule \"cosine\" spans the whole run: with 8 epochs instead of 4 the learning rate "
                               "jumps from 0 to 0.0049"});
}

TEST_CASE("a run adds up the seconds of all its processes") {
  ResumeFixture fixture;
  const fs::path run = fixture.train("run", {}, {"train.epochs=2"});
  const double first = read_run(run).outcome.value().seconds;
  const RunResult result = resume_run(run, {}, {"train.epochs=3"});
  CHECK(result.earlier_seconds > 0);
  CHECK(result.earlier_seconds <= first);  // to its last checkpoint
  CHECK(result.seconds > result.earlier_seconds);
  CHECK(read_run(run).outcome.value().seconds == result.seconds);
  CHECK(resume_run(run, {}).earlier_seconds > result.earlier_seconds);

  auto json = nlohmann::json::parse(progress_json({.progress = {}, .schedule_state = {}, .seconds = 5}));
  CHECK(parse_progress(json.dump(), "a").seconds == 5);
  json.erase("seconds");  // as checkpoints were written before
  CHECK(parse_progress(json.dump(), "a").seconds == 0);
}

TEST_CASE("a run resumes without its model and metrics, which the checkpoint knows") {
  ResumeFixture fixture;
  const fs::path unbroken = fixture.train("unbroken");
  const fs::path run = fixture.lose("run", 25, 0);
  fs::remove(run / "best.safetensors");
  fs::remove(run / "metrics.csv");
  fs::remove(run / "events.jsonl");
  resume_run(run, {});
  check_same(run, unbroken);
}

TEST_CASE("a run without its checkpoint begins anew with a note where there was none yet, else it is refused") {
  ResumeFixture fixture;
  NotesListener listener;
  const fs::path killed = fixture.lose("killed", 5, 0);
  resume_run(killed, {.callbacks = {&listener}});
  REQUIRE(!listener.notes.empty());
  CHECK(contains(listener.notes[0], "killed: no checkpoint yet, so the run begins anew"));

  fs::remove(killed / "last.ckpt");
  const std::string model = contents(killed / "best.safetensors");
  const std::string message = "last.ckpt: is missing, and 4 epochs are done, which to begin anew would overwrite; ";
  const auto resume = [&] { resume_run(killed, {}); };
  CHECK(contains(error_of(ErrorKind::data, resume), message));
  fs::remove(killed / "events.jsonl");
  CHECK(contains(error_of(ErrorKind::data, resume), message));
  fs::remove(killed / "metrics.csv");
  CHECK(contains(error_of(ErrorKind::data, resume), "is missing, and some epochs are done"));
  CHECK(contents(killed / "best.safetensors") == model);
  CHECK(error_of(ErrorKind::data, [&] { resume_run(fixture.run("nowhere"), {}); }) ==
        fixture.run("nowhere").string() + ": no such folder");
}

TEST_CASE("a run killed between its first epoch and its first checkpoint begins anew") {
  ResumeFixture fixture;
  const fs::path run = fixture.lose("run", 15, 0);
  fs::remove(run / "last.ckpt");
  resume_run(run, {});
  check_same(run, fixture.train("unbroken"));
}

TEST_CASE("a run without its model says whether it had one, and what makes it again") {
  ResumeFixture fixture;
  const fs::path run = fixture.lose("run", 5, 0);
  const std::string missing = run.string() + ": no best.safetensors in it";
  CHECK(error_of(ErrorKind::data, [&] { find_model(run); }) == missing + ": no epoch is finished yet");
  resume_run(run, {});
  fs::remove(run / "best.safetensors");
  CHECK(error_of(ErrorKind::data, [&] { find_model(run); }) ==
        missing + "; convoy resume " + run.string() + " makes it again");
  fs::remove(run / "last.ckpt");
  CHECK(error_of(ErrorKind::data, [&] { find_model(run); }) == missing);
}

TEST_CASE("a warning within a run names the command with its folder") {
  ResumeFixture fixture;
  NotesListener listener;
  const fs::path run = fixture.train("run", {.callbacks = {&listener}},
                                     {"layer.batch_norm_1.momentum=1", "data.scaling=none", "diagnostics.every=5"});
  REQUIRE(!listener.warnings.empty());
  CHECK(listener.warnings[0].starts_with("step "));
  CHECK(contains(listener.warnings[0], "convoy recalibrate " + run.string() + ";"));
}

TEST_CASE("the checkpoint of another network is refused in one short line") {
  ResumeFixture fixture;
  const fs::path run = fixture.lose("run", 25, 0);
  const fs::path other = fixture.train(
      "other", {},
      {"seed=4", "optimizer={type = \"sgd\"}", "layer.dense_1.enabled=false", "layer.conv2d_1.filters=10"});
  fs::copy(other / "last.ckpt", run / "last.ckpt", fs::copy_options::overwrite_existing);
  const std::string message = error_of(ErrorKind::config, [&] { resume_run(run, {}); });
  CHECK(contains(message, "; and "));
  CHECK(contains(message, " more; train anew for that"));
  CHECK(message.size() < 700);
}

TEST_CASE("resuming a finished run makes its model and report again") {
  ResumeFixture fixture;
  const fs::path run = fixture.train("run");
  const std::string model = contents(run / "best.safetensors");
  fs::remove(run / "best.safetensors");
  fs::remove(run / "report.html");
  resume_run(run, {});
  CHECK(contents(run / "best.safetensors") == model);
  CHECK(fs::exists(run / "report.html"));
}

TEST_CASE("a changed configuration is refused with what differs, but not what is harmless") {
  ResumeFixture fixture;
  const fs::path run = fixture.lose("run", 25, 0);
  const std::string before = contents(run / "last.ckpt");
  replace(run / "resolved.toml", "batch_size = 16", "batch_size = 8");
  replace(run / "resolved.toml", "learning_rate = 0.01", "learning_rate = 0.02");
  const std::string message = error_of(ErrorKind::config, [&] { resume_run(run, {}); });
  CHECK(contains(message, "resolved.toml: changed since the checkpoint was written: "));
  CHECK(contains(message, "optimizer.learning_rate: 0.01, now 0.02; train.batch_size: 16, now 8"));
  CHECK(contents(run / "last.ckpt") == before);
  replace(run / "resolved.toml", "batch_size = 8", "batch_size = 16");
  replace(run / "resolved.toml", "learning_rate = 0.02", "learning_rate = 0.01");
  replace(run / "resolved.toml", "checkpoint_seconds = 0", "checkpoint_seconds = 60");
  replace(run / "resolved.toml", "threads = 0", "threads = 1");
  CHECK(resume_run(run, {}).history.size() == 4);
}

TEST_CASE("changed data is refused by its name; moved data is fine") {
  ResumeFixture fixture;
  const fs::path run = fixture.lose("run", 25, 0);
  const fs::path labels = fixture.digits() / "train-labels-idx1-ubyte";
  const std::string bytes = contents(labels);
  std::string other = bytes;
  other.back() = static_cast<char>((other.back() + 1) % 10);
  write(labels, other);
  const std::string message = error_of(ErrorKind::data, [&] { resume_run(run, {}); });
  CHECK(
      contains(message, "not the data that the checkpoint was trained on: train-labels-idx1-ubyte has other contents"));
  write(labels, bytes);
  fs::rename(fixture.digits(), fixture.run("elsewhere"));
  replace(run / "resolved.toml", fixture.digits().string(), fixture.run("elsewhere").string());
  CHECK(resume_run(run, {}).history.size() == 4);
}

TEST_CASE("a damaged checkpoint is one clear error and changes nothing") {
  ResumeFixture fixture;
  const fs::path run = fixture.lose("run", 25, 0);
  const std::string whole = contents(run / "last.ckpt");
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{7}, std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
    write(run / "last.ckpt", whole.substr(0, size));
    const std::string message = error_of(ErrorKind::data, [&] { resume_run(run, {}); });
    CHECK(contains(message, "last.ckpt: "));
    CHECK(contents(run / "last.ckpt") == whole.substr(0, size));
  }
  write(run / "last.ckpt", whole);
  CHECK(resume_run(run, {}).history.size() == 4);
  CHECK(contains(error_of(ErrorKind::data, [&] { resume_run(fixture.digits(), {}); }), "is it a run folder?"));
}

TEST_CASE("where checkpoints cannot be written training goes on, and the last good one stays") {
  ResumeFixture fixture;
  const fs::path run = fixture.lose("run", 25, 0);
  const std::string good = contents(run / "last.ckpt");
  struct Obstacle : Callback {  // a folder in the model's place: even root cannot write over it
    explicit Obstacle(fs::path file) : place(std::move(file)) {}
    bool on_batch_end(const BatchLog& log) override {
      if (log.epoch == 3 && log.batch == 8) {
        fs::remove(place);
        fs::create_directory(place);
      }
      if (log.epoch == 4 && log.batch == 8 && removed) fs::remove(place);
      return true;
    }
    void on_warning(const std::string& message) override { warnings.push_back(message); }
    fs::path place;
    bool removed = true;
    std::vector<std::string> warnings;
  };
  SUBCASE("for a while") {
    Obstacle obstacle(run / "metrics.csv");
    resume_run(run, {.callbacks = {&obstacle}});
    REQUIRE(obstacle.warnings.size() == 1);
    CHECK(contains(obstacle.warnings[0], "metrics.csv: cannot be written: Is a directory; training goes on"));
    check_same(run, fixture.train("unbroken"));
  }
  SUBCASE("to the end") {
    Obstacle obstacle(run / "metrics.csv");
    obstacle.removed = false;
    const std::string message = error_of(ErrorKind::failed, [&] { resume_run(run, {.callbacks = {&obstacle}}); });
    CHECK(contains(message, "metrics.csv: cannot be written"));
    CHECK(contents(run / "last.ckpt") == good);
    fs::remove(run / "metrics.csv");
    resume_run(run, {});
    check_same(run, fixture.train("unbroken"));
  }
}
