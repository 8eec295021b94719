#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>

#include "convoy/convoy.h"
#include "support/digits.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/temporary_folder.h"
#include "support/text.h"
#include "train/monitor.h"

using namespace convoy;
using test::contains;
using test::error_of;

namespace {

namespace fs = std::filesystem;

/// Learns nothing, so that no epoch is better than the first.
Sequential idle_model() {
  Sequential model({28, 28, 1}, 1);
  model.add(Flatten{}).add(Dense{.units = 10, .activation = "softmax", .name = "dense"});
  model.compile(SGD{.learning_rate = 1e-30}, SoftmaxCrossEntropy{});
  return model;
}

Sequential learning_model() {
  Sequential model({28, 28, 1}, 1);
  model.add(Flatten{}).add(Dense{.units = 10, .activation = "softmax", .name = "dense"});
  model.compile(Adam{}, SoftmaxCrossEntropy{});
  return model;
}

Dataset first_digits() { return test::mnist().train.slice(0, 256); }
Dataset held_out() { return test::mnist().train.slice(1000, 100); }

std::vector<float> kernel_of(Model& model) {
  const auto kernel = model.tensor("dense/kernel");
  return {kernel.begin(), kernel.end()};
}

/// Keeps the weights of each epoch, and what the epochs were.
struct Weighing : Callback {
  void on_train_begin(Model& trained) override { model = &trained; }
  bool on_epoch_end(const EpochLog&) override {
    kernels.push_back(kernel_of(*model));
    return true;
  }
  Model* model = nullptr;
  std::vector<std::vector<float>> kernels;
};

}  // namespace

TEST_CASE("what is better: by more than min_delta, and between equals by the other number") {
  const Monitor accuracy("validation_accuracy");
  CHECK(accuracy.is_better({0.6, 9}, {0.5, 1}));
  CHECK(accuracy.is_better({0.5, 0.9}, {0.5, 1}));
  CHECK_FALSE(accuracy.is_better({0.5, 1}, {0.5, 1}));
  CHECK_FALSE(accuracy.is_better({0.4, 0.1}, {0.5, 1}));
  const Monitor loss("loss", 0.2);
  CHECK(loss.is_better({0.1, 0.7}, {0.9, 1}));
  CHECK_FALSE(loss.is_better({0.9, 0.9}, {0.1, 1}));
  CHECK(loss.is_better({0.5, 1}, {0.1, 1}));
  CHECK_FALSE(loss.is_better({0.2, 1}, {0.1, 1}));
  const EpochLog log{.loss = 1, .accuracy = 0.1, .validation_loss = 2, .validation_accuracy = 0.2};
  CHECK(loss.score(log).loss == 1);
  CHECK(accuracy.score(log).accuracy == 0.2);
  CHECK(error_of(ErrorKind::config, [] { Monitor("val_loss"); }) ==
        "monitor \"val_loss\": expected validation_accuracy, validation_loss, accuracy or loss");
}

TEST_CASE("early stopping ends training after patience, and not before") {
  Sequential model = idle_model();
  EarlyStopping stop({.monitor = "loss", .patience = 3, .min_delta = 1e-3});
  CHECK(model.fit(first_digits(), {.epochs = 20, .callbacks = {&stop}}).size() == 4);
  CHECK(model.fit(first_digits(), {.epochs = 20, .callbacks = {&stop}}).size() == 4);  // begins anew
  Sequential other = learning_model();
  CHECK(other.fit(first_digits(), {.epochs = 6, .callbacks = {&stop}}).size() == 6);
}

TEST_CASE("early stopping by a validation metric needs a validation set, and a known name") {
  Sequential model = idle_model();
  EarlyStopping stop({.patience = 1});
  CHECK(contains(error_of(ErrorKind::config, [&] { model.fit(first_digits(), {.epochs = 3, .callbacks = {&stop}}); }),
                 "monitor \"validation_loss\": there is no validation set; set samples aside"));
  CHECK(contains(error_of(ErrorKind::config, [] { EarlyStopping({.monitor = "validation_los"}); }),
                 "did you mean \"validation_loss\"?"));
  CHECK(model.fit(first_digits(), {.epochs = 5, .validation = held_out(), .callbacks = {&stop}}).size() == 2);
}

TEST_CASE("a checkpoint is the model as the epoch left it") {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "model.safetensors";
  Sequential model = learning_model();
  ModelCheckpoint checkpoint({.file = file});
  Weighing weighing;
  model.fit(first_digits(), {.epochs = 2, .callbacks = {&checkpoint, &weighing}});
  Model saved = Model::load(file, 1);
  CHECK(kernel_of(saved) == weighing.kernels[1]);
  CHECK(kernel_of(saved) != weighing.kernels[0]);
}

TEST_CASE("with save_best_only the file keeps the best epoch") {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "best.safetensors";
  Sequential model = learning_model();
  ModelCheckpoint checkpoint({.file = file, .save_best_only = true});
  Weighing weighing;
  // A learning rate that soon spoils what was learnt.
  model.compile(SGD{.learning_rate = 0.5, .momentum = 0.9}, SoftmaxCrossEntropy{});
  const History history = model.fit(
      first_digits(),
      {.epochs = 5, .validation = held_out(), .monitor = "validation_loss", .callbacks = {&checkpoint, &weighing}});
  std::size_t best = 0;
  for (std::size_t i = 1; i < 5; ++i) best = history[i].validation_loss < history[best].validation_loss ? i : best;
  REQUIRE(best < 4);  // else this test shows nothing
  Model saved = Model::load(file, 1);
  CHECK(kernel_of(saved) == weighing.kernels[best]);
  CHECK(kernel_of(model) == weighing.kernels[best]);  // FitOptions::restore_best
  Sequential other = learning_model();
  other.compile(SGD{.learning_rate = 0.5, .momentum = 0.9}, SoftmaxCrossEntropy{});
  other.fit(first_digits(),
            {.epochs = 5, .validation = held_out(), .restore_best = false, .monitor = "validation_loss"});
  CHECK(kernel_of(other) == weighing.kernels[4]);
}

TEST_CASE("fit keeps the epoch that is best by its monitor") {
  const auto train = [](const std::optional<std::string>& monitor, bool restore) {
    Sequential model = learning_model();
    Weighing weighing;
    model.compile(SGD{.learning_rate = 0.5, .momentum = 0.9}, SoftmaxCrossEntropy{});
    model.fit(first_digits(), {.epochs = 4, .restore_best = restore, .monitor = monitor, .callbacks = {&weighing}});
    return std::ranges::find(weighing.kernels, kernel_of(model)) - weighing.kernels.begin();
  };
  CHECK(train({}, true) == 3);  // nothing to choose by: the last
  CHECK(train("loss", false) == 3);
  CHECK(train("loss", true) < 4);
  Sequential model = learning_model();
  CHECK(contains(error_of(ErrorKind::config, [&] { model.fit(first_digits(), {.monitor = "validation_accuracy"}); }),
                 "monitor \"accuracy\""));
}

TEST_CASE("the CSV logger has a line an epoch, of the last training") {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "log.csv";
  Sequential model = idle_model();
  CsvLogger logger(file);
  for (int i = 0; i < 2; ++i) model.fit(first_digits(), {.epochs = 3, .callbacks = {&logger}});
  const std::string text = test::contents(file);
  CHECK(text.starts_with("epoch,loss,accuracy,validation_loss,validation_accuracy,learning_rate\n4,"));
  CHECK(std::ranges::count(text, '\n') == 4);
  CHECK(contains(text, "\n6,"));
}

TEST_CASE("augmentation is for training only, and out of range it is refused") {
  Sequential model = learning_model();
  const Augmentation away{.shift = 1};
  const History history = model.fit(first_digits(), {.epochs = 3, .augmentation = away});
  Sequential plain = learning_model();
  CHECK(plain.fit(first_digits(), {.epochs = 3}).back().accuracy > history.back().accuracy);
  CHECK(contains(error_of(ErrorKind::config, [&] { model.fit(first_digits(), {.augmentation = {.rotate = 200}}); }),
                 "augmentation: \"rotate\" expects 0.0 to 180.0, got 200.0"));
  Sequential vectors({784}, 1);
  vectors.add(Dense{.units = 2});
  vectors.compile(Adam{}, SoftmaxCrossEntropy{});
  const Dataset data = Dataset::from_floats({784}, std::vector<float>(784 * 4), std::vector<int>{0, 1, 0, 1});
  CHECK(contains(error_of(ErrorKind::config, [&] { vectors.fit(data, {.augmentation = {.zoom = 0.1}}); }),
                 "[augmentation]: \"zoom\" needs images"));
  CHECK(vectors.fit(data, {.epochs = 1, .augmentation = {.mixup = 0.2}}).size() == 1);
}

TEST_CASE("with mixup the accuracy counts the larger share, and one-hot rows train as labels do") {
  Sequential model = learning_model();
  const History history = model.fit(first_digits(), {.epochs = 30, .augmentation = {.mixup = 0.1}});
  CHECK(history.back().accuracy > 0.9);
}
