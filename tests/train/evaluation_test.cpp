#include <doctest/doctest.h>

#include <cmath>

#include "convoy/error.h"
#include "convoy/model.h"
#include "convoy/number_text.h"
#include "convoy/report.h"
#include "core/text.h"
#include "support/files.h"
#include "support/temporary_folder.h"
#include "train/calibration.h"

using namespace convoy;
using doctest::Approx;

namespace {

Dataset named(const Shape& shape, std::vector<float> samples, std::vector<int> labels, Texts names) {
  Dataset::Storage storage;
  storage.shape = shape;
  storage.floats = std::move(samples);
  storage.labels = std::move(labels);
  storage.class_names = std::move(names);
  storage.source = "here";
  return Dataset(std::move(storage));
}

/// Trained on the classes a, b and c; the largest input is the prediction.
Sequential three_classes(const Texts& names = {"a", "b", "c"}) {
  Sequential model({3}, 1);
  model.add(Dense{.units = 3, .name = "dense"});
  model.compile(SGD{}, SoftmaxCrossEntropy{});
  model.fit(named({3}, {1, 0, 0, 0, 1, 0, 0, 0, 1}, {0, 1, 2}, names), {.scaling = "none"});
  const std::span<float> kernel = model.tensor("dense/kernel");
  for (std::size_t i = 0; i < kernel.size(); ++i) kernel[i] = i % 4 == 0 ? 1 : 0;
  for (float& bias : model.tensor("dense/bias")) bias = 0;
  return model;
}

}  // namespace

TEST_CASE("the calibration error is the mean distance of accuracy and probability over bins") {
  Calibration calibration;
  CHECK(calibration.error() == 0);
  calibration.add(0.95, true);  // bin 14: 2 of 3 right, probabilities that sum to 2.94
  calibration.add(0.99, false);
  calibration.add(1.0, true);
  calibration.add(0.30, true);  // bin 4: 1 of 2 right, 0.62
  calibration.add(0.32, false);
  CHECK(calibration.error() == Approx((0.94 + 0.38) / 5));
  calibration.add(0, false);
  calibration.add(1.25, true);  // as outputs that are no probabilities may say: with the largest ones
  CHECK(calibration.error() == Approx((1.19 + 0.38) / 7));
  Calibration neighbours;
  neighbours.add(0.92, true);  // bin 13
  neighbours.add(0.99, false);
  CHECK(neighbours.error() == Approx((0.08 + 0.99) / 2));
  neighbours.add(std::nan(""), false);
  CHECK(std::isnan(neighbours.error()));
}

TEST_CASE("an evaluation counts each sample, with the probability of what it was taken for") {
  Sequential model({1}, 1);
  model.add(Dense{.units = 2, .name = "dense"}).add(Activation{.function = "softmax"});
  model.compile(SGD{}, SoftmaxCrossEntropy{});
  const float three = std::log(3.0F), nine = std::log(9.0F);
  const Dataset data = Dataset::from_floats({1}, {three, three, -nine, nine}, std::vector<int>{1, 0, 0, 0});
  model.fit(data, {.scaling = "none"});
  const auto kernel = model.tensor("dense/kernel");
  kernel[0] = 0;  // so the second output's probability is that of the logistic function
  kernel[1] = 1;
  for (float& bias : model.tensor("dense/bias")) bias = 0;
  const Evaluation found = model.evaluate(data, 3);  // in two batches
  CHECK(found.accuracy == 0.5);
  CHECK(found.confusion.pairs() == std::vector<Confusion::Pair>{{0, 0, 1}, {0, 1, 2}, {1, 1, 1}});
  REQUIRE(found.mistakes.size() == 2);
  CHECK(found.mistakes[0].sample == 1);
  CHECK(found.mistakes[0].probability == Approx(0.75));
  CHECK(found.mistakes[0].loss == Approx(std::log(4.0)));
  CHECK(found.mistakes[1].sample == 3);
  CHECK(found.mistakes[1].label == 0);
  CHECK(found.mistakes[1].prediction == 1);
  CHECK(found.mistakes[1].probability == Approx(0.9));
  REQUIRE(found.calibration_error);  // two bins of two, each half right: 0.75 and 0.9 were promised
  CHECK(*found.calibration_error == Approx((0.25 + 0.4) / 2));
}

TEST_CASE("regression has neither classes nor a calibration") {
  Sequential model({1}, 1);
  model.add(Dense{.units = 1});
  model.compile(SGD{}, MeanSquaredError{});
  const Dataset data = Dataset::from_floats({1}, {1, 2}, {1.0F, 2.0F}, 1);
  model.fit(data, {.scaling = "none"});
  const Evaluation found = model.evaluate(data);
  CHECK(found.confusion.empty());
  CHECK_FALSE(found.calibration_error);
  CHECK(found.mistakes.empty());
  CHECK(class_scores(found).empty());
}

TEST_CASE("classes by outputs that are no probabilities have no calibration") {
  Sequential model({1}, 1);
  model.add(Dense{.units = 2});
  model.compile(SGD{}, MeanSquaredError{});
  const Dataset data = Dataset::from_floats({1}, {1, 2}, std::vector<int>{0, 1});
  model.fit(data, {.scaling = "none"});
  const Evaluation found = model.evaluate(data);
  CHECK_FALSE(found.confusion.empty());
  CHECK_FALSE(found.calibration_error);
}

TEST_CASE("a model is evaluated by the names of the classes, whatever their order") {
  Sequential model = three_classes();
  const std::vector<float> b_and_c = {0, 1, 0, 0, 0, 1, 0, 0, 1};
  const Evaluation subset = model.evaluate(named({3}, b_and_c, {0, 1, 1}, {"b", "c"}));
  CHECK(subset.accuracy == 1);
  CHECK(subset.confusion.pairs() == std::vector<Confusion::Pair>{{1, 1, 1}, {2, 2, 2}});
  CHECK(model.evaluate(named({3}, b_and_c, {1, 0, 0}, {"c", "b"})).accuracy == 1);
  CHECK_THROWS_WITH_AS(model.evaluate(named({3}, b_and_c, {0, 1, 1}, {"b", "d"})),
                       "here: class \"d\" is unknown to the model, which was trained on \"a\", \"b\", \"c\"", Error);
  CHECK_THROWS_AS(model.evaluate(named({3}, b_and_c, {1, 2, 2}, {})), Error);
}

TEST_CASE("numbers and names of numbers are the same classes") {
  const std::vector<float> last = {0, 0, 1};
  Sequential numbers = three_classes({});
  CHECK(numbers.evaluate(named({3}, last, {0}, {"2"})).accuracy == 1);
  CHECK_THROWS_AS(numbers.evaluate(named({3}, last, {0}, {"two"})), Error);
  Sequential names = three_classes({"0", "1", "2"});
  CHECK(names.evaluate(named({3}, last, {2}, {})).accuracy == 1);
}

TEST_CASE("validation and further training go by name too") {
  Sequential model = three_classes();
  const Dataset train = named({3}, {1, 0, 0, 0, 1, 0, 0, 0, 1}, {2, 1, 0}, {"c", "b", "a"});
  const Dataset validation = named({3}, {0, 1, 0, 0, 0, 1}, {1, 0}, {"c", "b"});
  SGD still;
  still.learning_rate = 1e-20;
  model.compile(still, SoftmaxCrossEntropy{});
  const std::span<float> kernel = model.tensor("dense/kernel");
  for (std::size_t i = 0; i < kernel.size(); ++i) kernel[i] = i % 4 == 0 ? 1 : 0;
  const History history = model.fit(train, {.validation = validation, .scaling = "none"});
  CHECK(history[0].accuracy == 1);
  CHECK(history[0].validation_accuracy == 1);
  CHECK(model.class_names() == Texts{"a", "b", "c"});
  CHECK_THROWS_AS(model.fit(named({3}, {1, 0, 0}, {0}, {"d"}), {}), Error);
}

TEST_CASE("mistakes are written as a table, by file where the data has files") {
  Sequential model = three_classes({"a", "b, \"quoted\"", "c"});
  Dataset::Storage storage;
  storage.shape = {3};
  storage.floats = {1, 0, 0, 0, 0, 4, 0, 4, 0};
  storage.labels = {0, 1, 1};
  storage.class_names = {"a", "b, \"quoted\"", "c"};
  const test::TemporaryFolder folder;
  const auto table = [&](const Dataset& data) {
    write_mistakes(model.evaluate(data), data, model.class_names(), folder.path() / "mistakes.csv");
    return test::contents(folder.path() / "mistakes.csv");
  };
  const std::string probability = shortest(1 / (1 + 2 * std::exp(-4.0)));
  const std::string header = "image,label,prediction,probability\n";
  CHECK(table(Dataset(storage).slice(1, 2)) == header + "1,\"b, \"\"quoted\"\"\",c," + probability + "\n");
  storage.files = {"x/1.png", "x/2,\n.png", "x/3.png"};
  CHECK(table(Dataset(storage)) == header + "\"x/2,\n.png\",\"b, \"\"quoted\"\"\",c," + probability + "\n");
}
