#include "convoy/experiment.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "convoy/error.h"
#include "support/files.h"
#include "support/small_idx.h"
#include "support/temporary_folder.h"

using namespace convoy;
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
    [[layer]]
    type = "conv2d"
    filters = 6
    stride = 2
    activation = "relu"
    [[layer]]
    type = "batch_norm"
    [[layer]]
    type = "flatten"
    [[layer]]
    type = "dense"
    units = 10
    activation = "softmax"
  )",
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
  const RunResult result = run_experiment(small_config({"data.path=data/mnist"}), {.folder = run});
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
  const Config config = config_of(find_model(run));
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

TEST_CASE("a run is not replaced without force") {
  const test::TemporaryFolder folder;
  const RunOptions options{.folder = folder.path() / "run"};
  const auto quick = small_config({"train.epochs=1", "data.limit=64", "data.validation=0"});
  run_experiment(quick, options);
  const std::string before = contents(options.folder / "metrics.csv");
  CHECK_THROWS_AS(run_experiment(quick, options), Error);
  CHECK(contents(options.folder / "metrics.csv") == before);
  RunOptions forced = options;
  forced.force = true;
  CHECK(run_experiment(quick, forced).best_epoch == 1);
}

TEST_CASE("a regularizer for all layers shrinks their kernels, and is part of the loss") {
  const test::TemporaryFolder folder;
  const auto train = [&](const std::string& name, std::vector<std::string> overrides) {
    overrides.insert(overrides.end(), {"train.epochs=1", "data.validation=0", "optimizer.learning_rate=0.01"});
    return run_experiment(small_config(overrides), {.folder = folder.path() / name});
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
  const RunResult result = run_experiment(config, {.folder = folder.path() / "run"});
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
    const RunResult result = run_experiment(small_config(overrides), {.folder = folder.path() / name});
    return std::pair(result.best_epoch, result.history);
  };
  const auto [by_loss, history] = best("loss", {"train.monitor=validation_loss"});
  for (const EpochLog& log : history) {
    CHECK(log.validation_loss >= history[static_cast<std::size_t>(by_loss - 1)].validation_loss);
  }
  CHECK(best("delta", {"train.min_delta=0.999", "train.patience=2"}).second.size() == 3);
  CHECK(best("train", {"data.validation=0", "train.monitor=loss"}).first == 6);
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
    return run_experiment(small_config({"train.epochs=1", "train.top_k=" + k}), {.folder = folder.path() / k}).test;
  };
  const Evaluation one = top("1"), two = top("2"), all = top("10");
  CHECK(one.top_k == one.accuracy);
  CHECK(two.top_k > one.top_k);
  CHECK(two.top_k < 1.0);
  CHECK(all.top_k == 1.0);
  CHECK(all.accuracy == one.accuracy);
}

TEST_CASE("an interrupted run saves what it has and says so") {
  const test::TemporaryFolder folder;
  StopAfter stop(5);
  const RunResult result = run_experiment(small_config(), {.folder = folder.path() / "run", .callbacks = {&stop}});
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
    CHECK_THROWS_WITH_AS(run_experiment(config, {.folder = run}), (data.string() + ": " + message).c_str(), Error);
    CHECK_FALSE(std::filesystem::exists(run));
  };
  const std::string labels = contents(data / "t10k-labels-idx1-ubyte");
  test::write(data / "t10k-labels-idx1-ubyte", labels.substr(0, labels.size() - 1) + '\x0a');
  refuses("test sample 59 has label 10, the network has 10 outputs; the last layer needs one for each class");
  test::write(data / "t10k-labels-idx1-ubyte", labels);

  std::string images = contents(data / "t10k-images-idx3-ubyte");
  images[11] = 14;  // the same pixels as images of 14 x 56
  images[15] = 56;
  test::write(data / "t10k-images-idx3-ubyte", images);
  refuses("test samples are 14x56x1, the network expects 28x28x1");
}

TEST_CASE("a last batch of one that batch norm cannot learn from is found before the first step") {
  const test::TemporaryFolder folder;
  const auto run = folder.path() / "run";
  const std::string network = "layer.conv2d_1.kernel=28";  // leaves one value a channel
  CHECK_THROWS_AS(run_experiment(small_config({network, "layer.conv2d_1.stride=1", "data.limit=33"}), {.folder = run}),
                  Error);
  CHECK_FALSE(std::filesystem::exists(run));
}

TEST_CASE("nothing is written when the experiment cannot start") {
  const test::TemporaryFolder folder;
  const auto run = folder.path() / "run";
  CHECK_THROWS_AS(run_experiment(small_config({"data.path=no/such/folder"}), {.folder = run}), Error);
  CHECK_THROWS_AS(run_experiment(small_config({"layer.dense_1.units=5"}), {.folder = run}), Error);
  CHECK_THROWS_AS(run_experiment(small_config({"layer.conv2d_1.kernel=99"}), {.folder = run}), Error);
  CHECK_FALSE(std::filesystem::exists(run));
}
