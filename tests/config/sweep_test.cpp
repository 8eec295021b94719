#include "convoy/sweep.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "config/sweep.h"
#include "convoy/error.h"
#include "support/files.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;

namespace {

namespace fs = std::filesystem;

const std::string network = R"(
[[layer]]
type = "flatten"
[[layer]]
name = "hidden"
type = "dense"
units = 8
[[layer]]
type = "dense"
units = 10
)";

/// Lines before the sweep, so that it begins at line 6.
const std::string head = "name = \"small\"\n[data]\npath = \"digits\"\n[optimizer]\ntype = \"adam\"\n";

class Files {
 public:
  fs::path file(const std::string& sweep, const std::string& name = "a.toml") const {
    test::write(folder_.path() / name, head + sweep + network);
    return folder_.path() / name;
  }
  fs::path path() const { return folder_.path(); }

 private:
  test::TemporaryFolder folder_;
};

SweepPlan plan_of(const std::string& sweep, const SweepRequest& request = {}) {
  const Files files;
  return load_sweep(files.file(sweep), request);
}

/// What reading the sweep throws, without the folder of the file.
std::string sweep_error(const std::string& sweep, const SweepRequest& request = {}) {
  const Files files;
  try {
    load_sweep(files.file(sweep), request);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::config);
    const std::string message = error.what();
    const std::string folder = files.path().string() + "/";
    return message.starts_with(folder) ? message.substr(folder.size()) : message;
  }
  return "no error";
}

Texts labels_of(const SweepPlan& plan) {
  Texts labels;
  for (const auto& setting : plan.settings) labels.push_back(setting.label);
  return labels;
}

}  // namespace

TEST_CASE("a grid has variants first, then the keys as the file orders them, the last one fastest") {
  const SweepPlan plan = plan_of(R"([sweep]
seeds = 3
jobs = 2
train.batch_size = [16, 32]
"optimizer.learning_rate" = [1e-3, 1e-2]
[sweep.variant]
"no momentum" = ["optimizer.beta_1=0.5", "train.epochs=2"]
plain = []
)");
  CHECK(plan.seeds == 3);
  CHECK(plan.jobs == 2);
  CHECK(labels_of(plan) ==
        Texts{"no momentum, batch_size=16, learning_rate=0.001", "no momentum, batch_size=16, learning_rate=0.01",
              "no momentum, batch_size=32, learning_rate=0.001", "no momentum, batch_size=32, learning_rate=0.01",
              "plain, batch_size=16, learning_rate=0.001", "plain, batch_size=16, learning_rate=0.01",
              "plain, batch_size=32, learning_rate=0.001", "plain, batch_size=32, learning_rate=0.01"});
  const Config& second = plan.settings[1].config;
  CHECK(second.optimizer.settings.number("learning_rate") == 1e-2);
  CHECK(second.optimizer.settings.number("beta_1") == 0.5);
  CHECK(second.train.integer("batch_size") == 16);
  CHECK(second.train.integer("epochs") == 2);
  CHECK(plan.settings[7].config.train.integer("epochs") == 10);
  CHECK(plan.settings[7].overrides == Texts{"train.batch_size=32", "optimizer.learning_rate=0.01"});
}

TEST_CASE("values of all kinds reach the configuration as they were written") {
  const SweepPlan plan = plan_of(R"([sweep]
optimizer = [{type = "sgd", momentum = 0.1}, {type = "adamw", weight_decay = 1e-5}]
input_shape = [[28, 28, 1]]
layer.hidden.activation = ["relu", "tanh"]
layer.hidden.use_bias = [true]
)");
  CHECK(labels_of(plan) == Texts{"optimizer={type = \"sgd\", momentum = 0.1}, activation=relu",
                                 "optimizer={type = \"sgd\", momentum = 0.1}, activation=tanh",
                                 "optimizer={type = \"adamw\", weight_decay = 1e-05}, activation=relu",
                                 "optimizer={type = \"adamw\", weight_decay = 1e-05}, activation=tanh"});
  CHECK(plan.settings[3].config.optimizer.settings.number("weight_decay") == 1e-5);
  CHECK(plan.settings[3].config.run.integers("input_shape") == Integers{28, 28, 1});
  CHECK(plan.settings[3].config.layers[1].settings.text("activation") == "tanh");
}

TEST_CASE("labels use the shortest ends of keys that tell them apart") {
  const SweepPlan plan = plan_of("[sweep]\nlayer.hidden.units = [4, 8]\nlayer.dense_1.units = [10, 12]\n");
  CHECK(plan.settings[0].label == "hidden.units=4, dense_1.units=10");
  const SweepPlan one = plan_of("[sweep]\nlayer.hidden.units = [4]\nlayer.dense_1.units = [10, 12]\n");
  CHECK(one.settings[0].label == "units=10");
}

TEST_CASE("a file without a sweep is a sweep of one setting, and repeats it with --seeds") {
  const SweepPlan plan = plan_of("", {.seeds = 5});
  CHECK(labels_of(plan) == Texts{"small"});
  CHECK(plan.seeds == 5);
  CHECK(plan.jobs == 1);
}

TEST_CASE("commas on the command line separate values unless brackets or quotes hold them") {
  const SweepPlan plan =
      plan_of("", {.sets = {"layer.hidden.activation=relu, tanh", "optimizer={type=\"sgd\",momentum=0.5}",
                            "data.hint='a,b',\"c,d\"", "train.epochs=3"}});
  CHECK(labels_of(plan) == Texts{"activation=relu, hint=a,b", "activation=relu, hint=c,d", "activation=tanh, hint=a,b",
                                 "activation=tanh, hint=c,d"});
  CHECK(plan.settings[0].config.train.integer("epochs") == 3);
  CHECK(plan.settings[0].config.optimizer.type == "sgd");
  CHECK(plan.settings[3].config.data.text("hint") == "c,d");
}

TEST_CASE("an axis of the command line has a choice for each value, or a range") {
  const auto choices = [](const std::string& values) { return read_sweep_axis("key=" + values).choices.size(); };
  CHECK(choices("1") == 1);
  CHECK(choices("1,2") == 2);
  CHECK(choices("[1,2],[3,4]") == 2);
  CHECK(choices("{a=1,b=[2,3]},{a=2}") == 2);
  CHECK(choices("\"a,b\",'c,d','\"',3") == 4);
  CHECK(read_sweep_axis("a = 8 .. 64").range->whole);
  CHECK(read_sweep_axis("a=8..64").range->high == 64);
  CHECK_FALSE(read_sweep_axis("a=8..64.5").range->whole);
  CHECK_FALSE(read_sweep_axis("a=0.5..64").range->whole);
  CHECK_FALSE(read_sweep_axis("a=8..64").range->logarithmic);
  CHECK(read_sweep_axis("a=8..64 log").range->logarithmic);
  CHECK_FALSE(read_sweep_axis("a=8..x").range);
  CHECK_FALSE(read_sweep_axis("a=x..8").range);
  for (const char* range : {"a=1..inf", "a=-inf..1", "a=-1e308..1e308", "a=2..2", "a=nan..1"})
    CHECK_THROWS_WITH_AS(read_sweep_axis(range), doctest::Contains("from a smaller number to a larger one"), Error);
  CHECK_NOTHROW(read_sweep_axis("a=-1000000000000000..1000000000000000"));
  CHECK_THROWS_WITH_AS(read_sweep_axis("a=0..1000000000000001"), doctest::Contains("ends at 1e15"), Error);
  CHECK_THROWS_WITH_AS(read_sweep_axis("a=0..1 log"), doctest::Contains("begins above 0"), Error);
}

TEST_CASE("a range is drawn from evenly, whole numbers with both ends") {
  const auto drawn = [](const std::string& axis) {
    std::vector<double> values;
    for (const SweepPoint& point : sweep_points({.axes = {read_sweep_axis(axis)}, .random = 400}, 1))
      values.push_back(std::stod(point.overrides.at(0).text.substr(2)));
    return values;
  };
  const auto below = [](const std::vector<double>& values, double bound) {
    return std::ranges::count_if(values, [&](double value) { return value < bound; });
  };
  const std::vector<double> whole = drawn("a=3..5");
  CHECK(std::set<double>(whole.begin(), whole.end()) == std::set<double>{3, 4, 5});
  CHECK(std::abs(below(whole, 4) - 133) < 40);
  const std::vector<double> even = drawn("a=10.5..14.5");
  CHECK(std::abs(below(even, 11.5) - 100) < 35);
  CHECK(std::abs(below(even, 12.5) - 200) < 40);
  CHECK(std::abs(below(drawn("a=0.01..100.0 log"), 1) - 200) < 40);
}

TEST_CASE("a grid has up to 1000 settings") {
  SweepAxis ten = read_sweep_axis("a=0,1,2,3,4,5,6,7,8,9");
  const SweepAxis two = read_sweep_axis("b=0,1");
  CHECK(sweep_points({.axes = {ten, ten, ten}}, 0).size() == 1000);
  CHECK_THROWS_WITH_AS(sweep_points({.axes = {ten, ten, ten, two}}, 0), doctest::Contains("more than 1000"), Error);
  CHECK(sweep_points({.axes = {read_sweep_axis(".a=1,2")}}, 0)[1].label == ".a=2");
}

TEST_CASE("the command line replaces the file's values of a key, in its place") {
  const SweepRequest request{.sets = {"train.batch_size=4,8,16"}, .seeds = 2};
  const SweepPlan plan = plan_of("[sweep]\nseeds = 7\ntrain.batch_size = [32, 64]\ntrain.epochs = [1, 2]\n", request);
  CHECK(plan.seeds == 2);
  CHECK(plan.settings.size() == 6);
  CHECK(plan.settings[1].label == "batch_size=4, epochs=2");
  const SweepPlan one = plan_of("[sweep]\ntrain.batch_size = [32, 64]\n", {.sets = {"train.batch_size=4"}});
  REQUIRE(one.settings.size() == 1);
  CHECK(one.settings[0].config.train.integer("batch_size") == 4);
}

TEST_CASE("random settings lie in their ranges, and the seed alone draws them") {
  const std::string sweep = R"([sweep]
random = 200
optimizer.learning_rate = "1e-4..1e-1 log"
train.batch_size = "8..64"
train.epochs = [1, 2, 3]
data.limit = "1..1000 log"
)";
  const SweepPlan plan = plan_of(sweep);
  REQUIRE(plan.settings.size() == 200);
  int below_1e_3 = 0, small_limits = 0;
  std::set<int> batch_sizes, epochs;
  for (const auto& setting : plan.settings) {
    const double rate = setting.config.optimizer.settings.number("learning_rate");
    const int batch = setting.config.train.integer("batch_size");
    CHECK((rate >= 1e-4 && rate <= 1e-1));
    CHECK((batch >= 8 && batch <= 64));
    below_1e_3 += rate < 1e-3 ? 1 : 0;
    small_limits += setting.config.data.integer("limit") <= 31 ? 1 : 0;
    batch_sizes.insert(batch);
    epochs.insert(setting.config.train.integer("epochs"));
  }
  CHECK(std::abs(below_1e_3 - 67) < 25);  // a third of the decades
  CHECK(std::abs(small_limits - 100) < 30);
  CHECK(batch_sizes.size() > 40);
  CHECK(epochs == std::set<int>{1, 2, 3});
  CHECK(labels_of(plan_of(sweep)) == labels_of(plan));
  CHECK(labels_of(plan_of(sweep, {.sets = {"seed=43"}})) != labels_of(plan));
  CHECK(plan_of(sweep, {.random = 3}).settings.size() == 3);
}

TEST_CASE("a malformed sweep is an error of the file, for every reader of it") {
  const auto refuses = [](const std::string& sweep, const std::string& expected) {
    CAPTURE(sweep);
    CHECK(sweep_error(sweep) == expected);
    const Files files;
    CHECK_THROWS_AS(load_config(files.file(sweep)), Error);
  };
  refuses("[sweep]\nseeds = 0\n", "a.toml:7:1: [sweep]: \"seeds\" expects 1 to 1000, got 0");
  refuses("[sweep]\njobs = \"two\"\n", "a.toml:7:1: [sweep]: \"jobs\" expects a whole number, got \"two\"");
  refuses(
      "[sweep]\nseed = 3\n",
      "a.toml:7:1: \"seed\" expects a list of values or a range \"1e-4..1e-1 log\", got 3; did you mean \"seeds\"?");
  refuses("[sweep]\ntrain.epochs = []\n", "a.toml:7:7: \"train.epochs\" expects at least one value");
  refuses("[sweep]\noptimizer.learning_rate = \"0.1..0.01\"\n",
          "a.toml:7:11: a range goes from a smaller number to a larger one");
  refuses("[sweep]\noptimizer.learning_rate = \"0..0.01 log\"\n", "a.toml:7:11: a range with \"log\" begins above 0");
  refuses("[sweep]\ntrain.epochs = [1]\n\"train.epochs\" = [2]\n", "a.toml:8:1: \"train.epochs\" is given twice");
  refuses("[sweep]\nseed = [2020-01-01]\n", "a.toml:7:9: \"seed\" expects no date or time");
  refuses("[sweep.variant]\na = 3\n",
          "a.toml:7:1: variant \"a\" expects a list of overrides, [\"train.epochs=3\"]; [] changes nothing");
  refuses("[sweep.variant]\n\" \" = []\n", "a.toml:7:1: a variant's name has 1 to 80 printable characters");
  refuses("[sweep.variant]\n\"a\\nb\" = []\n", "a.toml:7:1: a variant's name has 1 to 80 printable characters");
  refuses("[[sweep]]\n", "a.toml:6:3: \"sweep\" is a section: expected one table [sweep]");
}

TEST_CASE("what only the configuration can tell is told with the place and the setting") {
  CHECK(sweep_error("[sweep]\noptimizer.lerning_rate = [0.1, 0.2]\n") ==
        "a.toml:7:11: unknown key \"lerning_rate\" in [optimizer] (adam); did you mean \"learning_rate\"? (setting "
        "\"lerning_rate=0.1\")");
  CHECK(sweep_error("[sweep]\noptimizer.lerning_rate = [0.1]\ntrain.epochs = [1, 2]\n")
            .ends_with("did you mean \"learning_rate\"? (setting \"epochs=1\")"));
  CHECK(sweep_error("[sweep]\nlayer.hiden.units = [4]\n") ==
        "a.toml:7:13: no layer is named \"hiden\"; did you mean \"hidden\"?");
  CHECK(sweep_error("[sweep]\n[sweep.variant]\ngood = []\nbad = [\"train.epochs=0\"]\n")
            .starts_with("a.toml:9:1: [train]: \"epochs\""));
  CHECK(sweep_error("", {.sets = {"train.epoch=1,2"}})
            .starts_with("-s train.epoch=1,2: unknown key \"epoch\" in [train]"));
  CHECK(sweep_error("", {.sets = {"train.epochs=1,,2"}}) ==
        "-s train.epochs=1,,2: a value is empty; write \"\" for an empty text");
  CHECK(sweep_error("", {.sets = {"train.epochs"}}) == "-s train.epochs: expected KEY=VALUE or KEY=VALUE,VALUE");
  CHECK(contains(sweep_error("[sweep]\noptimizer.learning_rate = \"0.1..0.2\"\n"), "is a range: give random = N"));
  CHECK(contains(sweep_error("[sweep]\ntrain.epochs = [2, 2]\n"),
                 "the settings \"epochs=2\" and \"epochs=2\" of the sweep are the same"));
  CHECK(contains(sweep_error("", {.sets = {"sweep.seeds=3"}}), "unknown section \"sweep\""));
  std::string many = "train.batch_size=1";
  for (int i = 2; i <= 40; ++i) many += "," + std::to_string(i);
  CHECK(contains(sweep_error("", {.sets = {many, "train.epochs" + many.substr(many.find('='))}}),
                 "more than 1000 combinations"));
}

TEST_CASE("other readers leave the sweep out, and a file's own sweep replaces that of the file it extends") {
  const Files files;
  const fs::path base = files.file("[sweep]\ntrain.epochs = [1, 2]\ndata.path = [\"near\", \"far\"]\n");
  CHECK_FALSE(contains(resolved_toml(load_config(base)), "sweep"));
  CHECK(load_sweep(base).settings[1].config.data.text("path") == (files.path() / "far").string());
  fs::create_directory(files.path() / "deeper");
  const fs::path child = files.path() / "deeper" / "child.toml";
  test::write(child, "extends = \"../a.toml\"\n");
  CHECK(load_sweep(child).settings.size() == 4);
  CHECK(load_sweep(child).settings[1].config.data.text("path") == (files.path() / "far").string());
  test::write(child, "extends = \"../a.toml\"\n[sweep]\nseed = [1, 2, 3]\n");
  CHECK(labels_of(load_sweep(child)) == Texts{"seed=1", "seed=2", "seed=3"});
}
