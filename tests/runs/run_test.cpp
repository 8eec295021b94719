#include "convoy/run.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "convoy/error.h"
#include "convoy/inspect.h"
#include "convoy/machine.h"
#include "convoy/model_data.h"
#include "io/run_record.h"
#include "support/files.h"
#include "support/small_idx.h"
#include "support/small_networks.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::contents;

namespace {

Config small_config(const std::vector<std::string>& overrides = {}) {
  std::vector<std::string> all = {"data.path=" + test::small_mnist().string()};
  all.insert(all.end(), overrides.begin(), overrides.end());
  return parse_config(R"(
    name = "small"
    seed = 3
    [data]
    path = "data/mnist"
    limit = 1500
    validation = 500
    [train]
    epochs = 3
    [optimizer]
    type = "adam"
    [loss]
    type = "softmax_cross_entropy"
)" + test::small_cnn(6, 2),
                      "small.toml", std::filesystem::current_path(), all);
}

int lines_of(const std::string& text) { return static_cast<int>(std::count(text.begin(), text.end(), '\n')); }

/// Asks to stop after so many batches.
struct StopAfter : Callback {
  explicit StopAfter(int batches) : left(batches) {}
  bool on_batch_end(const BatchLog&) override { return --left > 0; }
  int left;
};

}  // namespace

TEST_CASE("an experiment leaves a complete run folder, and its model evaluates to what it reported") {
  const test::TemporaryFolder folder;
  const auto run = folder.path() / "run";
  const RunResult result = train_run(small_config({"data.path=data/mnist"}), {.folder = run});
  CHECK(result.history.size() == 3);
  CHECK(result.test.samples == 10000);
  CHECK(result.test.accuracy > 0.8);
  CHECK(result.best_epoch >= 1);
  CHECK_FALSE(result.interrupted);
  CHECK(result.peak_rss_mb > 10);
  for (const auto* name : {"config.toml", "resolved.toml", "env.json", "metrics.csv", "events.jsonl",
                           "best.safetensors", "last.ckpt", "report.html", "log.txt"}) {
    INFO(name);
    CHECK(std::filesystem::file_size(run / name) > 0);
  }
  CHECK(lines_of(contents(run / "metrics.csv")) == 4);
  CHECK(contents(run / "report.html").find("<svg") != std::string::npos);

  Model model = Model::load(find_model(run));
  Config config = config_of(find_model(run));
  CHECK_FALSE(config.data.has("path"));
  config.data.set("path", std::string("data/mnist"));
  const DataSplits data = load_data(config.data, 3);
  CHECK(model.evaluate(data.test).accuracy == result.test.accuracy);
  CHECK(data.validation.size() == 500);
  CHECK(model.evaluate(data.validation).accuracy ==
        result.history[static_cast<std::size_t>(result.best_epoch - 1)].validation_accuracy);
  CHECK(config.layers.size() == 4);

  const ModelInfo info = inspect(find_model(run));
  REQUIRE(info.tensors.size() == 8);
  CHECK(info.tensors[0].name == "conv2d_1/kernel");
  CHECK(info.tensors[0].shape == Shape{3, 3, 1, 6});
  CHECK(info.tensors[0].not_finite == 0);
  CHECK(info.tensors[0].deviation > 0);
}

TEST_CASE("callbacks are told what is going to be trained on what") {
  const test::TemporaryFolder folder;
  struct Begin : Callback {
    void on_run_begin(const RunStart& begun) override { start = begun; }
    RunStart start;
  } seen;
  RunOptions options{.folder = folder.path() / "run", .threads = 1};
  options.callbacks = {&seen};
  const RunResult result = train_run(small_config({"train.epochs=1", "data.limit=64", "data.validation=16"}), options);
  const Summary summary = Model::load(result.model).summary();
  const RunSetup& setup = seen.start.setup;
  CHECK(setup.training == 64);
  CHECK(setup.validation == 16);
  CHECK(setup.shape == Shape{28, 28, 1});
  CHECK(setup.classes == 10);
  CHECK(setup.layers == 4);
  CHECK(summary.non_trainable > 0);
  CHECK(setup.parameters == summary.trainable + summary.non_trainable);
  CHECK(seen.start.threads == 1);
  CHECK(seen.start.epochs_done == 0);
  CHECK(seen.start.epochs == 1);
}

TEST_CASE("what the data lack is noted before the first step, in the log too") {
  const test::TemporaryFolder folder;
  struct Notes : Callback {
    void on_note(const std::string& note) override { notes.push_back(note); }
    std::vector<std::string> notes;
  } seen;
  RunOptions options{.folder = folder.path() / "run"};
  options.callbacks = {&seen};
  train_run(small_config({"train.epochs=1", "data.limit=5", "data.validation=0.1", "layer.dense_1.units=12"}), options);
  REQUIRE(seen.notes.size() == 2);
  CHECK(seen.notes[0].find(": no training sample of classes ") != std::string::npos);
  CHECK(seen.notes[0].find(" (data.limit = 5)") != std::string::npos);
  CHECK(seen.notes[1].find(": the network has 12 outputs for 10 classes: 0, 1, 2") != std::string::npos);
  for (const auto& note : seen.notes) CHECK(contents(folder.path() / "run/log.txt").find(note) != std::string::npos);
}

TEST_CASE("a run is not replaced without force") {
  const test::TemporaryFolder folder;
  const RunOptions options{.folder = folder.path() / "run"};
  const auto quick = small_config({"train.epochs=1", "data.limit=64", "data.validation=0"});
  train_run(quick, options);
  const std::string before = contents(options.folder / "metrics.csv");
  CHECK_THROWS_AS(train_run(quick, options), Error);
  CHECK(contents(options.folder / "metrics.csv") == before);
  RunOptions forced = options;
  forced.force = true;
  CHECK(train_run(quick, forced).best_epoch == 1);
}

TEST_CASE("a regularizer for all layers shrinks their kernels, and is part of the loss") {
  const test::TemporaryFolder folder;
  const auto train = [&](const std::string& name, std::vector<std::string> overrides) {
    overrides.insert(overrides.end(), {"train.epochs=1", "data.validation=0", "optimizer.learning_rate=0.01"});
    return train_run(small_config(overrides), {.folder = folder.path() / name});
  };
  const auto kernel_norm = [](const RunResult& run, const char* kernel) {
    Model model = Model::load(run.model);
    double sum = 0;
    for (const float w : model.tensor(kernel)) sum += double{w} * double{w};
    return sum;
  };
  const RunResult plain = train("plain", {});
  const RunResult l2 = train("l2", {"train.kernel_regularizer.l2=0.05"});
  const RunResult own = train("own", {"train.kernel_regularizer.l2=0.05", "layer.dense_1.kernel_regularizer.l2=0"});
  CHECK(kernel_norm(l2, "conv2d_1/kernel") < 0.8 * kernel_norm(plain, "conv2d_1/kernel"));
  CHECK(kernel_norm(l2, "dense_1/kernel") < 0.8 * kernel_norm(plain, "dense_1/kernel"));
  CHECK(kernel_norm(own, "dense_1/kernel") > 0.9 * kernel_norm(plain, "dense_1/kernel"));
  CHECK(l2.history[0].loss > plain.history[0].loss + 0.1);
}

TEST_CASE("patience ends a run that gets no better, and keeps its best weights") {
  const test::TemporaryFolder folder;
  // With a vanishing learning rate only the moving statistics change.
  const Config config = small_config({"train.epochs=50", "train.patience=2", "data.limit=200", "data.validation=100",
                                      "optimizer.learning_rate=1e-30", "layer.batch_norm_1.momentum=0.0"});
  const RunResult result = train_run(config, {.folder = folder.path() / "run"});
  CHECK(static_cast<int>(result.history.size()) == result.best_epoch + 2);
  CHECK(result.history.size() < 50);
  CHECK_FALSE(result.interrupted);
}

TEST_CASE("monitor says which epoch is the best, and min_delta by how much") {
  const test::TemporaryFolder folder;
  const auto best = [&](const std::string& name, const std::vector<std::string>& more) {
    std::vector<std::string> overrides = {"train.epochs=6", "data.limit=200", "data.validation=100",
                                          "optimizer.learning_rate=0.05"};
    overrides.insert(overrides.end(), more.begin(), more.end());
    const RunResult result = train_run(small_config(overrides), {.folder = folder.path() / name});
    return std::pair(result.best_epoch, result.history);
  };
  const auto [by_loss, history] = best("loss", {"train.monitor=validation_loss"});
  for (const EpochLog& log : history) {
    CHECK(log.validation_loss >= history[static_cast<std::size_t>(by_loss - 1)].validation_loss);
  }
  CHECK(best("delta", {"train.min_delta=0.999", "train.patience=2"}).second.size() == 3);
  const auto [by_training_loss, alone] = best("train", {"data.validation=0", "train.monitor=loss"});
  for (const EpochLog& log : alone) CHECK(log.loss >= alone[static_cast<std::size_t>(by_training_loss - 1)].loss);
  CHECK_THROWS_WITH_AS(
      best("none", {"data.validation=0", "train.monitor=validation_loss"}),
      "monitor \"validation_loss\": there is no validation set; set samples aside (data.validation) or "
      "monitor \"loss\"",
      Error);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "none"));
}

TEST_CASE("top_k counts labels among the k largest outputs") {
  const test::TemporaryFolder folder;
  const auto top = [&](const std::string& k) {
    return train_run(small_config({"train.epochs=1", "train.top_k=" + k}), {.folder = folder.path() / k}).test;
  };
  const Evaluation one = top("1"), two = top("2"), all = top("10");
  CHECK(one.top_k == one.accuracy);
  CHECK(two.top_k > one.top_k);
  CHECK(two.top_k < 1.0);
  CHECK(all.top_k == 1.0);
  CHECK(all.accuracy == one.accuracy);
}

TEST_CASE("a wide gap between training and evaluation is told with its cause, and what is said mends it") {
  const test::TemporaryFolder folder;
  const auto run = folder.path() / "run";
  const Config lagging = small_config({"train.epochs=2"});  // too few steps for momentum = 0.99
  const RunResult result = train_run(lagging, {.folder = run});
  const std::string& warning = result.warning;
  CHECK(warning.starts_with("training accuracy "));
  CHECK(contains(warning, "on the same images the loss is "));
  CHECK(contains(warning, "\"batch_norm_1\" lag behind"));
  CHECK(contains(warning, "convoy recalibrate " + run.string() + ";"));
  CHECK(contains(contents(run / "log.txt"), "warning: " + warning));
  CHECK(read_run(run).outcome.value().warning == warning);
  CHECK(load_model_data(result.model, {}).warning == warning);
  CHECK(contains(contents(run / "report.html"), "lag behind"));

  Model model = Model::load(result.model);
  const DataSplits data = load_data(lagging.data, 3);
  model.recalibrate(data.train);
  CHECK(model.evaluate(data.test).accuracy > result.test.accuracy);
  CHECK(model.evaluate(data.test).loss < 0.75 * result.test.loss);

  const Config quick = small_config({"train.epochs=2", "layer.batch_norm_1.momentum=0.8"});
  CHECK(train_run(quick, {.folder = run, .force = true}).warning.empty());
}

TEST_CASE("the page is there from the start and loads itself again until the run has ended") {
  const test::TemporaryFolder folder;
  const auto page = folder.path() / "run" / "report.html";
  const std::string reload = "http-equiv=\"refresh\"";
  struct Look : Callback {
    explicit Look(std::filesystem::path page) : file(std::move(page)) {}
    bool on_batch_end(const BatchLog&) override {
      seen = contents(file);
      return --left != 0;
    }
    std::filesystem::path file;
    std::string seen;
    int left = 0;
  };
  Look look(page);
  const RunOptions options{.folder = folder.path() / "run", .force = true, .callbacks = {&look}};
  train_run(small_config({"train.epochs=1"}), options);
  CHECK(contains(look.seen, reload));
  CHECK(contains(look.seen, "under way"));
  CHECK_FALSE(contains(contents(page), reload));
  CHECK(contains(contents(page), "finished"));
  look.left = 5;
  train_run(small_config(), options);
  CHECK_FALSE(contains(contents(page), reload));
  CHECK(contains(contents(page), "interrupted"));
  CHECK_THROWS_AS(train_run(small_config({"optimizer.learning_rate=1e37"}), options), Error);
  CHECK_FALSE(contains(contents(page), reload));
  CHECK(contains(contents(page), "diverged"));
}

TEST_CASE("short runs are logged often enough for a curve, others as they say") {
  const test::TemporaryFolder folder;
  const auto points = [&](const std::vector<std::string>& overrides) {
    train_run(small_config(overrides), {.folder = folder.path() / "run", .force = true});
    return read_run(folder.path() / "run").steps.size();
  };
  CHECK(points({}) == 141);                      // 3 epochs of 47 steps
  CHECK(points({"train.batch_size=2"}) == 150);  // 2250 steps
  CHECK(points({"train.log_steps=7"}) == 20);
  CHECK(points({"train.log_steps=0"}) == 0);
}

TEST_CASE("an interrupted run saves what it has and says so") {
  const test::TemporaryFolder folder;
  StopAfter stop(5);
  const RunResult result = train_run(small_config(), {.folder = folder.path() / "run", .callbacks = {&stop}});
  CHECK(result.interrupted);
  CHECK(std::filesystem::file_size(folder.path() / "run" / "last.ckpt") > 0);
  CHECK(std::filesystem::file_size(folder.path() / "run" / "best.safetensors") > 0);
}

TEST_CASE("a test set that does not fit is found before the first step") {
  const test::TemporaryFolder folder;
  const auto data = folder.path() / "digits";
  const auto run = folder.path() / "run";
  test::write_small_idx(data, 60);
  const Config config = small_config({"data.path=" + data.string(), "data.limit=0", "data.validation=10"});
  const auto refuses = [&](const std::string& message) {
    CHECK_THROWS_WITH_AS(train_run(config, {.folder = run}), (data.string() + ": " + message).c_str(), Error);
    CHECK_FALSE(std::filesystem::exists(run));
  };
  const std::string labels = contents(data / "t10k-labels-idx1-ubyte");
  test::write(data / "t10k-labels-idx1-ubyte", labels.substr(0, labels.size() - 1) + '\x0a');
  refuses("samples of classes without a training sample: 10");
  test::write(data / "t10k-labels-idx1-ubyte", labels);

  std::string images = contents(data / "t10k-images-idx3-ubyte");
  images[11] = 14;  // the same pixels as images of 14 x 56
  images[15] = 56;
  test::write(data / "t10k-images-idx3-ubyte", images);
  refuses("test samples are 14x56x1 bytes, training samples 28x28x1 bytes");
}

TEST_CASE("a last batch of one that batch norm cannot learn from is found before the first step") {
  const test::TemporaryFolder folder;
  const auto run = folder.path() / "run";
  const std::string network = "layer.conv2d_1.kernel=28";  // leaves one value a channel
  CHECK_THROWS_AS(train_run(small_config({network, "layer.conv2d_1.stride=1", "data.limit=33"}), {.folder = run}),
                  Error);
  CHECK_FALSE(std::filesystem::exists(run));
}

TEST_CASE("nothing is written when the experiment cannot start") {
  const test::TemporaryFolder folder;
  const auto run = folder.path() / "run";
  CHECK_THROWS_AS(train_run(small_config({"data.path=no/such/folder"}), {.folder = run}), Error);
  CHECK_THROWS_AS(train_run(small_config({"layer.dense_1.units=5"}), {.folder = run}), Error);
  CHECK_THROWS_AS(train_run(small_config({"layer.conv2d_1.kernel=99"}), {.folder = run}), Error);
  CHECK_FALSE(std::filesystem::exists(run));
}
