// What a program registers is what convoy's own types are.

#include "convoy/extend.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "convoy/check.h"
#include "convoy/model.h"
#include "convoy/run.h"
#include "support/compare.h"
#include "support/digits.h"
#include "support/errors.h"
#include "support/small_idx.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::error_of;

namespace {

struct Gain {
  double start = 1;
};

const Fields<Gain>& gain_fields() {
  static const Fields<Gain> fields = Fields<Gain>().add("start", &Gain::start, "The first gain.", {.min = 0});
  return fields;
}

/// y = gain[i] x + shift[i]
class GainLayer final : public OwnLayer {
 public:
  explicit GainLayer(const Gain& options) : start_(options.start) {}
  Shape shape(const Shape& input) override {
    size_ = static_cast<int>(input.size());
    return input;
  }
  std::vector<OwnParameter> parameters() const override {
    return {{.name = "gain", .shape = {size_}, .initializer = "constant(" + std::to_string(start_) + ")"},
            {.name = "shift", .shape = {size_}}};
  }
  void forward(std::span<const float> x, ConstTensors p, bool, std::span<float> y) const override {
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = p[0][i] * x[i] + p[1][i];
  }
  void backward(const Backward& pass) const override {
    for (std::size_t i = 0; i < pass.x.size(); ++i) {
      if (!pass.dx.empty()) pass.dx[i] = pass.parameters[0][i] * pass.dy[i];
      if (pass.d_parameters.empty()) continue;
      pass.d_parameters[0][i] += pass.x[i] * pass.dy[i];
      pass.d_parameters[1][i] += pass.dy[i];
    }
  }

 private:
  double start_;
  int size_ = 0;
};

/// As mean_squared_error.
class SquaredLoss final : public OwnLoss {
 public:
  double sample(std::span<const float> output, std::span<const float> target,
                std::span<float> gradient) const override {
    double loss = 0;
    for (std::size_t i = 0; i < output.size(); ++i) {
      const float difference = output[i] - target[i];
      loss += static_cast<double>(difference) * static_cast<double>(difference);
      if (!gradient.empty()) gradient[i] = 2 * difference / static_cast<float>(output.size());
    }
    return loss / static_cast<double>(output.size());
  }
};

/// As sgd with momentum.
class HeavyBall final : public OwnOptimizer {
 public:
  std::vector<std::string> memory() const override { return {"velocity"}; }
  void step(std::span<float> w, std::span<const float> g, Tensors memory, double rate, std::uint64_t) const override {
    for (std::size_t i = 0; i < w.size(); ++i) {
      memory[0][i] = 0.9F * memory[0][i] - static_cast<float>(rate) * g[i];
      w[i] += memory[0][i];
    }
  }
};

/// Plain descent that keeps more arrays than any of convoy's optimizers.
class Hoarder final : public OwnOptimizer {
 public:
  std::vector<std::string> memory() const override { return {"a", "b", "c", "d", "e", "f"}; }
  void step(std::span<float> w, std::span<const float> g, Tensors memory, double rate, std::uint64_t) const override {
    for (std::size_t i = 0; i < w.size(); ++i) {
      for (const std::span<float> array : memory) array[i] += 1;
      w[i] -= static_cast<float>(rate) * g[i] * (memory[5][i] / memory[0][i]);
    }
  }
};

DataSplits two_blobs(const Settings&) {
  std::vector<float> values;
  std::vector<int> labels;
  for (int i = 0; i < 400; ++i) {
    const float x = std::sin(static_cast<float>(i) * 12.9F);
    values.insert(values.end(), {x + (i % 2 == 0 ? 1.5F : -1.5F), std::cos(static_cast<float>(i) * 7.7F)});
    labels.push_back(i % 2);
  }
  return {.train = Dataset::from_floats({2}, std::move(values), std::move(labels)), .validation = {}, .test = {}};
}

/// Once for the whole program, before the first test makes a configuration.
const bool registered = [] {
  register_layer(type_of("gain", "A gain for each input.", gain_fields()),
                 [](const Settings& settings) { return std::make_unique<GainLayer>(gain_fields().read(settings)); });
  register_loss({"own_squares", "Squares.", {}}, [](const Settings&) { return std::make_unique<SquaredLoss>(); });
  register_optimizer({"heavy_ball", "Momentum.", {}}, [](const Settings&) { return std::make_unique<HeavyBall>(); });
  register_optimizer({"hoarder", "Descent.", {}}, [](const Settings&) { return std::make_unique<Hoarder>(); });
  register_schedule({"sawtooth", "Falls within each epoch.", {}}, [](const Settings&) -> OwnSchedule {
    return [](const ScheduleTime& time) {
      return 1 - 0.5 * static_cast<double>(time.step % time.steps_an_epoch) / static_cast<double>(time.steps_an_epoch);
    };
  });
  register_dataset({"blobs", "Two clouds of points.", {}}, two_blobs);
  register_augmentation("shaken",
                        [](std::span<float> sample, const Shape& shape, const std::function<float()>& uniform) {
                          for (float& value : sample) value += (uniform() - 0.5F) / static_cast<float>(shape.size());
                        });
  register_augmentation("zeroed", [](std::span<float> sample, const Shape&, const std::function<float()>&) {
    std::ranges::fill(sample, 0.0F);
  });
  register_metric("brier", [](std::span<const float> outputs, int label) {
    double sum = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const double wanted = static_cast<int>(i) == label ? 1 : 0;
      sum += (static_cast<double>(outputs[i]) - wanted) * (static_cast<double>(outputs[i]) - wanted);
    }
    return sum;
  });
  return true;
}();

constexpr const char* blobs = R"(
  name = "blobs"
  [data]
  dataset = "blobs"
  path = "anywhere"
  [train]
  epochs = 4
  batch_size = 16
  [optimizer]
  type = "heavy_ball"
  learning_rate = 0.05
  [schedule]
  type = "sawtooth"
  [[layer]]
  type = "gain"
  name = "gain"
  start = 0.5
  [[layer]]
  type = "dense"
  units = 2
)";

LayerSpec gain(const Gain& options) {
  LayerSpec layer;
  layer.type = "gain";
  layer.name = "gain";
  layer.settings = gain_fields().settings(options);
  return layer;
}

std::vector<float> all_weights(Model& model) {
  std::vector<float> all;
  for (const std::string& name : model.tensor_names()) {
    const auto values = model.tensor(name);
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

}  // namespace

TEST_CASE("a configuration trains own layers, data, optimizers and schedules, resumes them and keeps them in a model") {
  const test::TemporaryFolder folder;
  const Config config = parse_config(blobs, "blobs.toml", folder.path());
  const RunResult result = train_run(config, {.folder = folder.path() / "run"});
  CHECK(result.test.accuracy > 0.9);
  CHECK(result.test.metrics.at("brier") < 0.3);
  Model model = Model::load(result.model);
  CHECK(model.tensor("gain/gain").size() == 2);
  CHECK(model.tensor("gain/gain")[0] != 0.5F);

  train_run(parse_config(blobs, "blobs.toml", folder.path(), {"train.epochs=2"}), {.folder = folder.path() / "half"});
  Model resumed = Model::load(resume_run(folder.path() / "half", {}, {"train.epochs=4"}).model);
  CHECK(all_weights(resumed) == all_weights(model));
}

TEST_CASE("results do not depend on the number of threads") {
  const test::TemporaryFolder folder;
  std::vector<float> first;
  for (const int threads : {1, 2, 3}) {
    const Config config = parse_config(blobs, "blobs.toml", folder.path());
    Model model =
        Model::load(train_run(config, {.folder = folder.path() / std::to_string(threads), .threads = threads}).model);
    if (first.empty()) first = all_weights(model);
    CHECK(all_weights(model) == first);
  }
}

TEST_CASE("no other framework has an own layer: export names it") {
  const Model model = Model::from_config(parse_config(blobs, "b.toml", "."), {2});
  const test::TemporaryFolder folder;
  const std::string error = error_of([&] { model.export_file(folder.path() / "own.safetensors", "torch"); });
  CHECK(error == "layer \"gain\" (gain): PyTorch has no such layer");
}

TEST_CASE("own augmentations change training samples alone, in order, by numbers that resuming draws again") {
  const test::TemporaryFolder folder;
  const auto train = [&](const std::string& name, const std::string& own, int epochs) {
    const Config config =
        parse_config(blobs, "blobs.toml", folder.path(),
                     {"augmentation.own=" + own, "train.epochs=" + std::to_string(epochs), "train.batch_size=7"});
    return train_run(config, {.folder = folder.path() / name});
  };
  const auto weights = [](const RunResult& result) {
    Model model = Model::load(result.model);
    return all_weights(model);
  };
  const auto shaken = weights(train("shaken", R"(["shaken"])", 4));
  CHECK(shaken != weights(train("plain", "[]", 4)));
  train("half", R"(["shaken"])", 2);
  CHECK(weights(resume_run(folder.path() / "half", {}, {"train.epochs=4"})) == shaken);

  const auto zeroed = weights(train("zeroed", R"(["zeroed"])", 4));
  CHECK(zeroed == weights(train("both", R"(["shaken", "zeroed"])", 4)));
  CHECK(zeroed != weights(train("other order", R"(["zeroed", "shaken"])", 4)));

  CHECK(error_of(ErrorKind::config, [&] { train("none", R"(["shake"])", 1); }) ==
        R"([augmentation]: "own" names "shake", which this program did not register; did you mean "shaken"?)");
}

TEST_CASE("an own layer's gradient passes the library's check") {
  const test::TemporaryFolder folder;
  CHECK(check(parse_config(blobs, "blobs.toml", folder.path())).gradients_ok);
}

TEST_CASE("own keys are checked and explained as any") {
  CHECK(contains(explain_key("gain.start"), "The first gain."));
  CHECK(contains(explain_key("optimizer"), "heavy_ball"));
  CHECK(contains(error_of([] { parse_config(blobs, "b.toml", ".", {"layer.gain.start=-1"}); }), "at least 0"));
  CHECK(contains(error_of([] { parse_config(blobs, "b.toml", ".", {"layer.gain.stat=1"}); }), "start"));
}

TEST_CASE("own types do what convoy's do, but for rounding") {
  const Dataset data = test::mnist().train.slice(0, 200);
  const auto weights = [&](const Spec& optimizer, const Spec& loss) {
    Sequential model({28, 28, 1});
    model.add(Flatten{}).add(Dense{.units = 10});
    model.compile(optimizer, loss);
    model.fit(data, {.epochs = 1});
    return all_weights(model);
  };
  Spec own{"heavy_ball", {}};
  own.settings.set("learning_rate", 0.05);
  const auto want = weights(SGD{.learning_rate = 0.05, .momentum = 0.9}, MeanSquaredError{});
  CHECK(test::relative_distance(weights(own, {"own_squares", {}}), want) < 1e-6);
}

TEST_CASE("an own optimizer may keep any number of arrays") {
  const test::TemporaryFolder folder;
  const auto trained = [&](const std::string& name, const std::string& optimizer, std::vector<std::string> more = {}) {
    more.insert(more.end(), {"optimizer.type=" + optimizer, "train.epochs=2"});
    const Config config = parse_config(blobs, "blobs.toml", folder.path(), more);
    Model model = Model::load(train_run(config, {.folder = folder.path() / name}).model);
    return all_weights(model);
  };
  const std::vector<std::string> ahead = {"optimizer.lookahead.steps=3"};
  CHECK(test::relative_distance(trained("many", "hoarder"), trained("none", "sgd")) < 1e-5);
  CHECK(test::relative_distance(trained("many ahead", "hoarder", ahead), trained("none ahead", "sgd", ahead)) < 1e-5);
}

TEST_CASE("a frozen own layer stays as it is, and passes its gradient on") {
  Sequential model({28, 28, 1});
  model.add(Flatten{}).add(Dense{.units = 16, .name = "before"}).add(gain({.start = 2})).add(Dense{.units = 10});
  model.compile(SGD{}, SoftmaxCrossEntropy{});
  model.set_trainable("gain", false);
  const float before = model.tensor("before/bias")[0];
  model.fit(test::mnist().train.slice(0, 100), {.epochs = 1});
  CHECK(std::ranges::all_of(model.tensor("gain/gain"), [](float value) { return value == 2; }));
  CHECK(model.tensor("before/bias")[0] != before);
}

TEST_CASE("a name that is taken, an empty one and a late one are refused") {
  explain_key("gain");  // somebody has read the tables
  const auto make = [](const Settings&) { return std::make_unique<SquaredLoss>(); };
  CHECK(contains(error_of(ErrorKind::config,
                          [&] {
                            register_loss({"late", "", {}}, make);
                          }),
                 "own loss \"late\": register it before the first configuration or model is made"));
  CHECK(contains(error_of(ErrorKind::config, [&] { register_metric("brier", {}); }), "there is one of that name"));
}
