#include "convoy/reproduce.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "convoy/error.h"
#include "support/files.h"
#include "support/small_idx.h"
#include "support/small_networks.h"
#include "support/temporary_folder.h"

using namespace convoy;

namespace {

namespace fs = std::filesystem;

/// Two rates, one of which learns nothing.
std::string experiment_text(const std::string& expect) {
  return R"(
    [experiment]
    source = "a book"
    claim = "steps must have a length"
    quick = ["train.epochs=1"]
    expect = [)" +
         expect + R"(]
    [sweep]
    seeds = 2
    optimizer.learning_rate = [0.1, 1e-30]
    [data]
    path = "digits"
    [train]
    epochs = 3
    batch_size = 20
    [optimizer]
    type = "sgd"
)" + test::dense_network;
}

class ReproduceFixture {
 public:
  ReproduceFixture() { test::write_small_idx(folder_.path() / "digits", 200); }
  fs::path file(const std::string& expect) const {
    test::write(folder_.path() / "e.toml", experiment_text(expect));
    return folder_.path() / "e.toml";
  }
  fs::path run() const { return folder_.path() / "run"; }

 private:
  test::TemporaryFolder folder_;
};

std::string mistake(const fs::path& file) {
  try {
    load_experiment(file);
  } catch (const Error& error) {
    return error.kind() == ErrorKind::config ? error.what() : "of another kind";
  }
  return "";
}

}  // namespace

TEST_CASE("an experiment's expectations are held against its sweep") {
  const ReproduceFixture fixture;
  const auto file = fixture.file(
      "\"accuracy: learning_rate=0.1 > learning_rate=1e-30 + 0.2\", \"accuracy: learning_rate=1e-30 > 0.9\","
      "\"diverged: learning_rate=0.1 > learning_rate=1e-30\", \"loss: learning_rate=1e-30 > learning_rate=0.1 * 1.5\"");
  const Experiment full = load_experiment(file);
  CHECK(full.source == "a book");
  CHECK(full.plan.seeds == 2);
  const Reproduction result = reproduce(full, {.folder = fixture.run()});
  CHECK(result.sweep.runs.size() == 4);
  REQUIRE(result.verdicts.size() == 4);
  CHECK(result.verdicts[0].holds);
  CHECK(result.verdicts[0].higher == doctest::Approx(result.sweep.settings[0].accuracy));
  CHECK(result.verdicts[0].lower == doctest::Approx(result.sweep.settings[1].accuracy + 0.2));
  CHECK_FALSE(result.verdicts[1].holds);
  CHECK_FALSE(result.verdicts[2].holds);  // 0 in both
  CHECK(result.verdicts[3].lower == doctest::Approx(1.5 * result.sweep.settings[0].loss));
  CHECK_FALSE(result.holds);
}

TEST_CASE("an experiment without a quick form says so") {
  const ReproduceFixture fixture;
  const auto file = fixture.file("\"accuracy: learning_rate=0.1 > 0.1\"");
  std::string text = test::contents(file);
  text.replace(text.find("quick = [\"train.epochs=1\"]"), 26, "");
  test::write(file, text);
  CHECK(load_experiment(file).plan.seeds > 0);
  CHECK_THROWS_WITH(load_experiment(file, true), doctest::Contains("has no quick form"));
}

TEST_CASE("the quick form has its overrides and a single seed") {
  const ReproduceFixture fixture;
  const Experiment quick = load_experiment(fixture.file("\"accuracy: learning_rate=0.1 > 0.1\""), true);
  CHECK(quick.plan.seeds == 1);
  REQUIRE(quick.plan.settings.size() == 2);
  CHECK(quick.plan.settings[0].config.train.integer("epochs") == 1);
  CHECK(reproduce(quick, {.folder = fixture.run()}).holds);
}

TEST_CASE("what the sweep cannot show is an error before it begins") {
  const ReproduceFixture fixture;
  CHECK(mistake(fixture.file("\"accuracy: learning_rate=0.2 > 0\"")).find("did you mean \"learning_rate=0.1\"?") !=
        std::string::npos);
  CHECK(mistake(fixture.file("\"accuracy: learning_rate=0.1 > nothing\"")).find("no setting \"nothing\"") !=
        std::string::npos);
  CHECK(mistake(fixture.file("\"acuracy: learning_rate=0.1 > 0\"")).find("unknown metric \"acuracy\"") !=
        std::string::npos);
  CHECK(mistake("configs/mnist_cnn.toml").find("no [experiment] in it") != std::string::npos);
  CHECK(mistake("configs/none.toml").find("no such file") != std::string::npos);
}

TEST_CASE("every shipped experiment is complete, in both forms") {
  int count = 0;
  for (const auto& entry : fs::directory_iterator("configs/experiments")) {
    if (entry.path().extension() != ".toml") continue;
    INFO(entry.path().string());
    const Experiment full = load_experiment(entry.path());
    CHECK(full.expectations.size() >= 2);
    CHECK(full.plan.settings.size() >= 2);
    CHECK(full.plan.settings[0].config.run.text("name") == entry.path().stem().string());
    if (!full.quick.empty())
      CHECK(load_experiment(entry.path(), true).plan.settings.size() == full.plan.settings.size());
    ++count;
  }
  CHECK(count == 9);
}
