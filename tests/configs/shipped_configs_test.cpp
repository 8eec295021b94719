// Every shipped configuration builds, and what trains on the bundled digits reaches its floor within seconds.

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "convoy/reproduce.h"
#include "convoy/run.h"
#include "convoy/sweep.h"
#include "support/colour_digits.h"
#include "support/temporary_folder.h"

using namespace convoy;

namespace {

struct Shipped {
  std::int64_t parameters;
  double floor;       ///< test accuracy; 0: its data is not bundled
  int images = 6000;  ///< of an epoch
  int epochs = 2;

  /// Whether it is for CIFAR-10: coloured digits stand in for it.
  static bool in_colour(const std::string& name) { return name.starts_with("cifar_"); }
};

const std::map<std::string, Shipped> expected = {
    {"mnist_cnn", {387850, 0.90}},
    {"mnist_quick", {387850, 0.90, 3000}},
    {"mnist_bn_maxpool", {35214, 0.93}},
    {"mnist_mlp_bn", {79910, 0.88}},
    {"fashion_mnist", {35214, 0}},
    {"mnist_residual", {273130, 0.60, 1500}},
    {"mnist_augmented", {35214, 0.90}},
    {"mnist_sweep", {79910, 0.85}},
    {"mnist_new_head", {314474, 0.85}},
    {"mnist_mobilenet", {38346, 0.88}},
    {"mnist_vgg", {731754, 0.88, 3000}},
    {"mnist_squeeze_excite", {81254, 0.60, 4000}},
    {"records/mnist_99", {35214, 0.93}},
    {"records/mnist_99_5", {72394, 0.90}},
    {"records/mnist_99_7", {72394, 0.85}},
    {"cifar_vgg", {961706, 0.80, 4000, 4}},
    {"cifar_squeeze_excite", {81542, 0.60, 4000, 4}},
    {"cifar_mobilenet", {38634, 0.55, 4000, 4}},
};

/// The configurations in configs/ and configs/records/, as paths below configs/ without ".toml"; those in
/// configs/experiments are in reproduce_test.cpp.
std::set<std::string> shipped() {
  std::set<std::string> names;
  for (const std::string folder : {"", "records/"}) {
    for (const auto& entry : std::filesystem::directory_iterator("configs/" + folder)) {
      if (entry.path().extension() == ".toml") names.insert(folder + entry.path().stem().string());
    }
  }
  return names;
}

}  // namespace

TEST_CASE("every configuration in configs/ is known here and builds the network it says") {
  for (const std::string& name : shipped()) {
    INFO(name);
    REQUIRE(expected.contains(name));
    const Shape shape = Shipped::in_colour(name) ? Shape{32, 32, 3} : Shape{28, 28, 1};
    const Summary summary = Model::from_config(load_config("configs/" + name + ".toml"), shape, 1).summary();
    CHECK(summary.trainable + summary.non_trainable == expected.at(name).parameters);
  }
  CHECK(shipped().size() == expected.size());
}

TEST_CASE("every record is a sweep of five seeds") {
  for (const std::string& name : shipped()) {
    if (name.starts_with("records/")) CHECK(load_sweep("configs/" + name + ".toml").seeds == 5);
  }
}

TEST_CASE("every configuration learns the bundled digits, those for colour images as coloured digits") {
  const test::TemporaryFolder folder;
  test::write_colour_digits(folder.path(), 8000, 2000);
  for (const auto& [name, expectation] : expected) {
    if (expectation.floor == 0) continue;
    const std::string file = "configs/" + name + ".toml";
    INFO(file);
    std::vector<std::string> overrides = {"data.limit=" + std::to_string(expectation.images), "data.validation=500",
                                          "train.epochs=" + std::to_string(expectation.epochs)};
    if (Shipped::in_colour(name)) {
      overrides.insert(overrides.end(), {"data.path=" + folder.path().string(), "augmentation.horizontal_flip=false"});
    }
    // A few hundred steps are too short for moving statistics that keep 99 % each step.
    const Config shipped = load_config(file);
    for (const auto& layer : shipped.layers) {
      const bool lags = layer.type == "batch_norm" && shipped.train.integer("recalibrate") == 0;
      if (lags) overrides.push_back("layer." + layer.name + ".momentum=0.9");
    }
    const RunResult result = train_run(load_config(file, overrides), {.folder = folder.path() / name});
    CHECK(result.test.accuracy > expectation.floor);
    if (name == "mnist_quick") CHECK(result.warning == "");  // as it is shipped, but for the number of images
  }
}

TEST_CASE("each shipped experiment that has a quick form finds in it what was published") {
  // These two train for longer than all others together: CONVOY_EXPERIMENTS=all has them run as well.
  const std::set<std::string> slow = {"bn-fig1", "learning-rate"};
  const bool all = std::getenv("CONVOY_EXPERIMENTS") != nullptr;
  const test::TemporaryFolder folder;
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator("configs/experiments")) {
    if (entry.path().extension() != ".toml" || load_experiment(entry.path()).quick.empty()) continue;
    if (!all && slow.contains(entry.path().stem().string())) continue;
    const Experiment experiment = load_experiment(entry.path(), true);
    for (const Verdict& verdict : reproduce(experiment, {.folder = folder.path() / entry.path().stem()}).verdicts) {
      INFO(entry.path().string() << ": " << verdict.expectation.text << ": " << verdict.higher << " > "
                                 << verdict.lower);
      CHECK(verdict.holds);
    }
    ++found;
  }
  CHECK(found >= 6);
}
