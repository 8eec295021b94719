// Training that starts from another model's weights.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "convoy/model.h"
#include "convoy/run.h"
#include "convoy/sweep.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/small_idx.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::error_of;

namespace {

namespace fs = std::filesystem;

constexpr const char* body = R"(
  name = "small"
  [data]
  limit = 200
  [train]
  epochs = 1
  [optimizer]
  type = "adam"
  [loss]
  type = "softmax_cross_entropy"
  [[layer]]
  type = "conv2d"
  name = "conv"
  filters = 4
  stride = 2
  activation = "relu"
  [[layer]]
  type = "batch_norm"
  name = "bn"
  [[layer]]
  type = "flatten"
  [[layer]]
  type = "dense"
  name = "output"
  units = 10
)";

Config config_with(std::vector<std::string> overrides) {
  overrides.push_back("data.path=" + test::small_mnist().string());
  return parse_config(body, "small.toml", ".", overrides);
}

struct Notes : Callback {
  void on_note(const std::string& text) override { all.push_back(text); }
  std::vector<std::string> all;
};

std::vector<float> tensor(const fs::path& model, const std::string& name) {
  Model loaded = Model::load(model);
  const auto values = loaded.tensor(name);
  return {values.begin(), values.end()};
}

/// A run of `body`, made once.
const fs::path& first_run() {
  static const test::TemporaryFolder folder;
  static const fs::path run = [] {
    train_run(config_with({"train.epochs=5"}), {.folder = folder.path() / "first"});
    return folder.path() / "first";
  }();
  return run;
}

std::string from(const fs::path& model) { return "from=" + model.string(); }

}  // namespace

TEST_CASE("training starts from the weights of another run where names and shapes agree, and lists both") {
  const test::TemporaryFolder folder;
  Notes notes;
  const Config config = config_with(
      {from(first_run()), "layer.conv.trainable=false", "layer.bn.trainable=false", "layer.output.units=12", "seed=5"});
  const RunResult result = train_run(config, {.folder = folder.path() / "run", .callbacks = {&notes}});
  for (const char* name : {"conv/kernel", "conv/bias", "bn/gamma", "bn/moving_mean"}) {
    CHECK(tensor(result.model, name) == tensor(first_run() / "best.safetensors", name));
  }
  const std::string listed = first_run().string() + ": weights taken: conv, bn; drawn anew: output; not used: output";
  CHECK(std::ranges::find(notes.all, listed) != notes.all.end());
  CHECK(contains(test::contents(folder.path() / "run" / "log.txt"), "note: " + listed));
}

TEST_CASE("the first loss is that of the weights it starts from") {
  const test::TemporaryFolder folder;
  const auto loss = [&](const std::string& name, std::vector<std::string> more) {
    more.push_back("optimizer.learning_rate=1e-12");
    return train_run(config_with(more), {.folder = folder.path() / name}).history[0].loss;
  };
  CHECK(loss("warm", {from(first_run() / "best.safetensors")}) < 0.7 * loss("cold", {}));
}

TEST_CASE("a run resumes to the same bits without the model it started from") {
  const test::TemporaryFolder folder;
  const fs::path source = folder.path() / "source.safetensors";
  fs::copy(first_run() / "best.safetensors", source);
  const auto straight =
      train_run(config_with({from(source), "train.epochs=2"}), {.folder = folder.path() / "straight"});
  train_run(config_with({from(source), "train.epochs=1"}), {.folder = folder.path() / "broken"});
  fs::remove(source);
  const auto resumed = resume_run(folder.path() / "broken", {}, {"train.epochs=2"});
  CHECK(tensor(resumed.model, "conv/kernel") == tensor(straight.model, "conv/kernel"));
  CHECK(tensor(resumed.model, "output/bias") == tensor(straight.model, "output/bias"));
}

TEST_CASE("weights that are not there or match nothing are errors before any work") {
  const test::TemporaryFolder folder;
  const auto refusal = [&](std::vector<std::string> overrides) {
    const std::string message = error_of([&] { train_run(config_with(overrides), {.folder = folder.path() / "run"}); });
    CHECK_FALSE(fs::exists(folder.path() / "run"));
    return message;
  };
  const std::string missing = refusal({"from=/no/where"});
  CHECK(contains(missing, "-s from=/no/where: from: /no/where: no such model file or run folder"));
  CHECK(contains(refusal({from(first_run()), "layer.conv.filters=5", "layer.output.units=11"}),
                 "none of its tensors has the name and shape"));
  const Config config = config_with({"from=/no/where"});
  CHECK_THROWS_AS(require_startable({.settings = {{"small", {}, config}}}), Error);
}

TEST_CASE("a model does not say from which file its weights once came") {
  const test::TemporaryFolder folder;
  const RunResult result = train_run(config_with({from(first_run())}), {.folder = folder.path() / "run"});
  CHECK_FALSE(config_of(result.model).run.has("from"));
  CHECK(contains(test::contents(folder.path() / "run" / "resolved.toml"), "from = \"" + first_run().string()));
  CHECK(find_model(folder.path() / "run") == result.model);
}

TEST_CASE("a model takes another's weights") {
  Sequential model({28, 28, 1});
  model.add(Conv2D{.filters = 4, .stride = 2, .name = "conv"}).add(Flatten{}).add(Dense{.units = 3, .name = "head"});
  const TakenWeights weights = model.take_weights(first_run() / "best.safetensors");
  CHECK(weights.taken == std::vector<std::string>{"conv/kernel", "conv/bias"});
  CHECK(weights.kept == std::vector<std::string>{"head/kernel", "head/bias"});
  CHECK(weights.unused.size() == 6);
  const auto kernel = model.tensor("conv/kernel");
  CHECK(std::vector<float>(kernel.begin(), kernel.end()) == tensor(first_run() / "best.safetensors", "conv/kernel"));
  model.compile(SGD{}, SoftmaxCrossEntropy{}, {"constant", {}}, 9);
  CHECK(model.tensor("conv/kernel")[0] == kernel[0]);
}
