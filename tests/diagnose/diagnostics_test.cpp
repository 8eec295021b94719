#include "convoy/diagnostics.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "convoy/convoy.h"
#include "core/random.h"
#include "diagnose/mode_gap.h"

using namespace convoy;

namespace {

/// Keeps what it is told.
struct DiagnosticsListener : Callback {
  void on_steps(const StepsLog& log) override { steps.push_back(log); }
  void on_diagnostics(const Diagnostics& diagnostics) override { found.push_back(diagnostics); }
  void on_warning(const std::string& message) override { warnings.push_back(message); }
  std::vector<StepsLog> steps;
  std::vector<Diagnostics> found;
  std::vector<std::string> warnings;
};

/// Vectors of normal numbers in two classes, told apart by the sign of the first one's distance from the mean.
Dataset normal_vectors(int samples, int features, float mean, float deviation) {
  Random random(5, Purpose::directions);
  std::vector<float> values(static_cast<std::size_t>(samples * features));
  for (float& value : values) value = mean + deviation * random.normal();
  std::vector<int> labels;
  for (int i = 0; i < samples; ++i) labels.push_back(values[static_cast<std::size_t>(i * features)] > mean ? 1 : 0);
  return Dataset::from_floats({features}, values, labels);
}

Sequential perceptron(int features, const std::vector<LayerSpec>& layers, double learning_rate) {
  Sequential model({features}, 2);
  for (const LayerSpec& layer : layers) model.add(layer);
  model.compile(SGD{.learning_rate = learning_rate}, SoftmaxCrossEntropy{});
  return model;
}

FitOptions looking(DiagnosticsListener& listener, int every, int batch_size = 16) {
  FitOptions options{.epochs = 1};
  options.batch_size = batch_size;
  options.scaling = "none";
  options.log_steps = 0;
  options.diagnostics.every = every;
  options.diagnostics.probe = 512;
  options.callbacks = {&listener};
  return options;
}

std::vector<double> kernel_and_bias(Model& model, const std::string& layer) {
  std::vector<double> values;
  for (const char* name : {"/kernel", "/bias"}) {
    const auto tensor = model.tensor(layer + name);
    values.insert(values.end(), tensor.begin(), tensor.end());
  }
  return values;
}

double norm(const std::vector<double>& values) {
  return std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0));
}

}  // namespace

TEST_CASE("norms and the update's share are those of the step") {
  const Dataset data = normal_vectors(16, 6, 0, 1);
  Sequential model = perceptron(6, {Dense{.units = 2, .name = "output"}}, 0.5);
  const std::vector<double> before = kernel_and_bias(model, "output");
  DiagnosticsListener listener;
  model.fit(data, looking(listener, 1));
  const std::vector<double> after = kernel_and_bias(model, "output");
  std::vector<double> change(after.size());
  std::transform(after.begin(), after.end(), before.begin(), change.begin(), std::minus<>());

  REQUIRE(listener.found.size() == 1);
  CHECK(listener.found[0].step == 1);
  CHECK(listener.found[0].epoch == 1);
  REQUIRE(listener.found[0].layers.size() == 1);
  const LayerDiagnostics& layer = listener.found[0].layers[0];
  CHECK(layer.name == "output");
  CHECK(layer.weight_norm.value() == doctest::Approx(norm(after)));
  CHECK(layer.update_ratio.value() == doctest::Approx(norm(change) / norm(before)));
  CHECK(layer.gradient_norm.value() == doctest::Approx(norm(change) / 0.5));  // plain SGD
  for (const double time : {layer.forward_us, layer.backward_us}) {
    CHECK(time > 1e-4);
    CHECK(time < 1e5);
  }
  CHECK_FALSE(layer.dead.has_value());
}

TEST_CASE("weights that are all 0 have no share that a step changes") {
  Sequential model = perceptron(6, {Dense{.units = 2, .name = "output"}}, 0.5);
  std::ranges::fill(model.tensor("output/kernel"), 0.0F);
  DiagnosticsListener listener;
  model.fit(normal_vectors(16, 6, 0, 1), looking(listener, 1));
  REQUIRE(listener.found.size() == 1);
  CHECK_FALSE(listener.found[0].layers[0].update_ratio.has_value());
}

TEST_CASE("a layer's time includes its activation's") {
  // The product is of one column, so that the activation takes most of the time.
  Sequential model = perceptron(1, {Dense{.units = 4096, .activation = "gelu"}, Dense{.units = 2}}, 0.5);
  DiagnosticsListener listener;
  model.fit(normal_vectors(16, 1, 0, 1), looking(listener, 1));
  REQUIRE(listener.found.size() == 1);
  REQUIRE(listener.found[0].layers.size() == 2);
  CHECK(listener.found[0].layers[0].forward_us > 0);
  CHECK(listener.found[0].layers[0].backward_us > 0);
}

TEST_CASE("dead ReLUs are counted by unit, with the layer whose activation they are") {
  const Dataset data = normal_vectors(64, 3, 0, 1);
  Sequential model =
      perceptron(3, {Dense{.units = 4, .activation = "relu", .name = "hidden"}, Dense{.units = 2}}, 1e-30);
  model.tensor("hidden/bias")[0] = -100;
  model.tensor("hidden/bias")[2] = -100;
  model.tensor("hidden/bias")[3] = -100;
  model.tensor("hidden/bias")[1] = 100;
  DiagnosticsListener listener;
  model.fit(data, looking(listener, 4));
  REQUIRE(listener.found.size() == 1);
  REQUIRE(listener.found[0].layers.size() == 2);
  CHECK(listener.found[0].layers[0].dead.value() == 0.75);
}

TEST_CASE("a probe of single samples counts each of them") {
  const Dataset data = Dataset::from_floats({1}, {10, 30, 20}, std::vector<int>{0, 1, 1});
  Sequential model =
      perceptron(1, {Dense{.units = 1, .activation = "relu", .name = "hidden"}, Dense{.units = 2}}, 1e-30);
  model.tensor("hidden/bias")[0] = 1000;
  DiagnosticsListener listener;
  FitOptions options = looking(listener, 3, 1);
  options.diagnostics.percentiles = {"hidden.input"};
  model.fit(data, options);
  REQUIRE(listener.found.size() == 1);
  CHECK(listener.found[0].layers[0].dead.value() == 0);
  CHECK(listener.found[0].percentiles[0].p15 == 10);
  CHECK(listener.found[0].percentiles[0].p50 == 20);
  CHECK(listener.found[0].percentiles[0].p85 == 30);
}

TEST_CASE("the last layer is looked at as any other") {
  Sequential model = perceptron(3, {Dense{.units = 2}, BatchNorm{.name = "last"}}, 1e-30);
  DiagnosticsListener listener;
  FitOptions options = looking(listener, 1);
  options.diagnostics.percentiles = {"last"};
  model.fit(normal_vectors(16, 3, 0, 1), options);
  REQUIRE(listener.found.size() == 1);
  REQUIRE(listener.found[0].batch_norms.size() == 1);
  CHECK(listener.found[0].batch_norms[0].name == "last");
  CHECK(listener.found[0].percentiles[0].p85 > 0);
}

TEST_CASE("batch norm's statistics are held against the probe's") {
  const Dataset data = normal_vectors(512, 3, 5, 2);
  Sequential model = perceptron(3, {BatchNorm{.momentum = 1, .name = "bn"}, Dense{.units = 2}}, 1e-30);
  DiagnosticsListener listener;
  model.fit(data, looking(listener, 32));
  REQUIRE(listener.found.size() == 1);
  REQUIRE(listener.found[0].batch_norms.size() == 1);
  const BatchNormDiagnostics& bn = listener.found[0].batch_norms[0];
  CHECK(bn.mean_gap == doctest::Approx(2.5).epsilon(0.05));
  CHECK(bn.variance_ratio == doctest::Approx(0.25).epsilon(0.1));
  CHECK(bn.variance_shift == doctest::Approx(1));
  CHECK(listener.found[0].predict_mode_loss.value() == doctest::Approx(model.evaluate(data).loss));
  CHECK(listener.found[0].train_mode_loss.value() != doctest::Approx(model.evaluate(data).loss));
}

TEST_CASE("dropout before batch norm shows as a shift of the variance") {
  for (const int features : {8, 1}) {
    const Dataset data = normal_vectors(1024, features, 0, 1);
    Sequential model = perceptron(features, {Dropout{.rate = 0.5}, BatchNorm{.name = "bn"}, Dense{.units = 2}}, 1e-30);
    DiagnosticsListener listener;
    model.fit(data, looking(listener, 64));
    REQUIRE(listener.found.size() == 1);
    CHECK(listener.found[0].batch_norms[0].variance_shift == doctest::Approx(0.5).epsilon(0.1));
  }
}

TEST_CASE("percentiles of outputs, inputs, units and parameters") {
  std::vector<float> values;
  for (int i = 0; i < 101; ++i) {
    values.push_back(static_cast<float>((i * 37) % 101));  // 0 to 100, mixed
    values.push_back(7);
  }
  const Dataset data = Dataset::from_floats({2}, values, std::vector<int>(101, 1));
  Sequential model =
      perceptron(2, {Activation{.function = "relu", .name = "relu"}, Dense{.units = 2, .name = "out"}}, 1e-30);
  std::ranges::fill(model.tensor("out/kernel"), 3.0F);
  std::ranges::fill(model.tensor("out/bias"), 5.0F);
  DiagnosticsListener listener;
  FitOptions options = looking(listener, 1, 101);
  options.diagnostics.percentiles = {"relu.input[0]", "relu[1]", "relu", "out/kernel", "out/bias"};
  model.fit(data, options);
  REQUIRE(listener.found.size() == 1);
  const auto& bands = listener.found[0].percentiles;
  REQUIRE(bands.size() == 5);
  CHECK(bands[0].name == "relu.input[0]");
  CHECK(bands[0].p15 == 15);
  CHECK(bands[0].p50 == 50);
  CHECK(bands[0].p85 == 85);
  CHECK(bands[1].p15 == 7);
  CHECK(bands[1].p85 == 7);
  CHECK(bands[2].p50 == 7);
  CHECK(bands[3].p50 == 3);
  CHECK(bands[4].p50 == 5);
}

TEST_CASE("percentiles of what is not there are errors") {
  const Dataset data = normal_vectors(16, 4, 0, 1);
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {"hiden", "did you mean \"hidden\"?"},
      {"hidden[9]", "has 3 units"},
      {"hidden[3]", "has 3 units"},
      {"hidden[-1]", "expected a unit's number"},
      {"hidden[x]", "expected a unit's number"},
      {"hidden[1", "expected a unit's number"},
      {"hidden/kernels", "did you mean \"hidden/kernel\"?"},
      {"", "no layer is named so"}};
  for (const auto& mistake : mistakes) {
    INFO(mistake.first);
    Sequential model = perceptron(4, {Dense{.units = 3, .name = "hidden"}, Dense{.units = 2}}, 0.1);
    DiagnosticsListener listener;
    FitOptions options = looking(listener, 1);
    options.diagnostics.percentiles = {mistake.first};
    std::string message;
    try {
      model.fit(data, options);
    } catch (const Error& error) {
      message = error.what();
    }
    CHECK(message.find(mistake.second) != std::string::npos);
  }
}

TEST_CASE("looking changes no bit of the training") {
  const Dataset data = normal_vectors(320, 8, 1, 2);
  const auto train = [&](int every) {
    Sequential model = perceptron(
        8, {Dense{.units = 16, .activation = "relu"}, BatchNorm{}, Dropout{.rate = 0.2}, Dense{.units = 2}}, 0.1);
    DiagnosticsListener listener;
    model.fit(data, looking(listener, every));
    std::vector<float> all;
    for (const auto& name : model.tensor_names()) {
      const auto tensor = model.tensor(name);
      all.insert(all.end(), tensor.begin(), tensor.end());
    }
    return all;
  };
  CHECK(train(0) == train(3));
}

TEST_CASE("steps are logged within an epoch and across epochs, each image once") {
  const Dataset data = normal_vectors(160, 4, 0, 1);
  Sequential model = perceptron(4, {Dense{.units = 2}}, 0.1);
  DiagnosticsListener listener;
  FitOptions options = looking(listener, 0);
  options.epochs = 2;
  options.log_steps = 4;
  const History history = model.fit(data, options);
  REQUIRE(listener.steps.size() == 5);
  double loss = 0;
  for (const StepsLog& log : listener.steps) loss += log.loss / 5;
  CHECK(loss == doctest::Approx((history[0].loss + history[1].loss) / 2));
  CHECK(listener.steps[2].step == 12);
  CHECK(listener.steps[2].epoch == 2);
  CHECK(listener.steps[1].epoch == 1);
  CHECK(listener.steps[4].seconds > listener.steps[0].seconds);
  CHECK(history[1].step == 20);
}

TEST_CASE("a gap between the modes is explained once, with the layer and what to do") {
  const Dataset data = normal_vectors(512, 3, 50, 2);
  Sequential model = perceptron(3, {BatchNorm{.momentum = 1, .name = "bn"}, Dense{.units = 2}}, 0.5);
  DiagnosticsListener listener;
  FitOptions options = looking(listener, 8);
  options.epochs = 2;
  model.fit(data, options);
  CHECK(listener.found.size() == 8);
  REQUIRE(listener.warnings.size() == 1);
  CHECK(listener.warnings[0].find("\"bn\" lag behind") != std::string::npos);
  CHECK(listener.warnings[0].find("momentum") != std::string::npos);
}

TEST_CASE("the explanation names the likely cause") {
  Diagnostics found{.train_mode_loss = 0.2, .predict_mode_loss = 0.9};
  CHECK(explain_mode_gap(found).find("no batch norm") != std::string::npos);
  found.batch_norms = {{.name = "a", .variance_ratio = 1.05}, {.name = "b", .variance_shift = 0.5}};
  CHECK(explain_mode_gap(found).find("without dropout the input of \"b\"") != std::string::npos);
  found.batch_norms[0].mean_gap = 3;
  CHECK(explain_mode_gap(found).find("\"a\" lag behind") != std::string::npos);
  found.batch_norms = {{.name = "a", .mean_gap = 0.2}};
  CHECK(explain_mode_gap(found).find("\"a\" lag behind") != std::string::npos);
  found.batch_norms[0].mean_gap = 0.199;
  CHECK(explain_mode_gap(found).find("no batch norm is off by much") != std::string::npos);
  found.predict_mode_loss.reset();
  CHECK(explain_mode_gap(found).empty());
}

TEST_CASE("a gap is explained from 1.5 times the loss on, and from 0.1 more") {
  const auto explained = [](double train, double predict) {
    return !explain_mode_gap({.train_mode_loss = train, .predict_mode_loss = predict}).empty();
  };
  CHECK(explained(1, 1.501));
  CHECK_FALSE(explained(1, 1.5));
  CHECK(explained(0.1, 0.201));
  CHECK_FALSE(explained(0.1, 0.1 + 0.1));
  CHECK_FALSE(explained(0.01, 0.05));
  CHECK_FALSE(explained(10, 11));
}

TEST_CASE("the modes are compared on batches that mix classes, though the data are sorted by class") {
  std::vector<float> values;
  std::vector<int> labels;
  Random random(5, Purpose::directions);
  for (int i = 0; i < 256; ++i) {
    labels.push_back(i / 128);
    values.push_back((i < 128 ? -5.0F : 5.0F) + random.normal());
  }
  const Dataset data = Dataset::from_floats({1}, values, labels);
  Sequential model = perceptron(1, {BatchNorm{.momentum = 0.9, .name = "bn"}, Dense{.units = 2}}, 0.5);
  DiagnosticsListener listener;
  FitOptions options = looking(listener, 8);
  options.epochs = 5;
  model.fit(data, options);
  REQUIRE(!listener.found.empty());
  const Diagnostics& last = listener.found.back();
  CHECK(*last.train_mode_loss < 0.1);  // a batch of one class would be normalised to nothing: 0.69
  CHECK(*last.predict_mode_loss < 0.1);
}
