#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>

#include "convoy/error.h"
#include "convoy/report.h"
#include "convoy/run.h"
#include "support/files.h"
#include "support/markup.h"
#include "support/small_idx.h"
#include "support/small_networks.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::contents;
using test::count;

namespace {

namespace fs = std::filesystem;

/// Runs of a small network on a few digits, in a folder of their own.
struct Runs {
  Runs() { test::write_small_idx(folder.path() / "digits", 120); }

  Config config(const std::vector<std::string>& overrides = {}) const {
    std::vector<std::string> all = {"data.path=" + (folder.path() / "digits").string()};
    all.insert(all.end(), overrides.begin(), overrides.end());
    return parse_config(R"(
      name = "small"
      [data]
      path = "digits"
      [train]
      epochs = 2
      [optimizer]
      type = "sgd"
      [loss]
      type = "softmax_cross_entropy"
      [[layer]]
      name = "conv"
      type = "conv2d"
      filters = 5
      stride = 3
      activation = "relu"
)" + test::dense_network,
                        "small.toml", folder.path(), all);
  }

  fs::path run(const std::string& name, const std::vector<std::string>& overrides = {}) const {
    return train_run(config(overrides), {.folder = folder.path() / name}).folder;
  }

  test::TemporaryFolder folder;
};

}  // namespace

TEST_CASE("evaluation keeps the mistakes with the highest losses, as prediction sees them") {
  const DataSplits data = load_idx("data/mnist");
  Sequential model({28, 28, 1});
  model.add(Flatten{}).add(Dense{.units = 10});
  model.compile(SGD{}, SoftmaxCrossEntropy{});
  model.fit(data.train.slice(0, 64), {});  // two steps leave many mistakes
  const Dataset some = data.test.slice(100, 200);
  const Evaluation found = model.evaluate(some);
  const std::vector<float> outputs = model.predict(some);
  const std::vector<Mistake> worst = worst_mistakes(found, 24);
  REQUIRE(worst.size() == 24);
  CHECK(std::ranges::is_sorted(worst, std::greater{}, &Mistake::loss));
  for (const Mistake& mistake : worst) {
    CHECK(mistake.label == some.label(mistake.sample));
    CHECK(mistake.prediction != mistake.label);
    const auto at = static_cast<std::size_t>(mistake.sample * 10 + mistake.prediction);
    CHECK(mistake.probability == doctest::Approx(outputs[at]));
    CHECK(mistake.loss ==
          doctest::Approx(
              -std::log(
                  outputs[at - static_cast<std::size_t>(mistake.prediction) + static_cast<std::size_t>(mistake.label)]))
              .epsilon(1e-4));
  }
}

TEST_CASE("a run's page can be made again from its folder, to the same bytes") {
  const Runs runs;
  const fs::path run = runs.run("run");
  const std::string page = contents(run / "report.html");
  for (const char* part : {"<h1>small</h1>", "<h2>Training", "<h2>Confusion matrix", "<h2>Worst mistakes",
                           "peak memory", "class=\"network\"", "A training run of convoy, finished."}) {
    INFO(part);
    CHECK(contains(page, part));
  }
  CHECK(count(page, "alt=\"filter ") == 5);
  CHECK(count(page, "alt=\"test image ") == 24);
  fs::remove(run / "report.html");
  CHECK(write_report(run) == run / "report.html");
  CHECK(contents(run / "report.html") == page);
  const fs::path elsewhere = runs.folder.path() / "page.html";
  CHECK(write_report(run, elsewhere) == elsewhere);
  CHECK(fs::exists(elsewhere));
}

TEST_CASE("a page does without a model or data that are gone") {
  const Runs runs;
  const fs::path run = runs.run("run");
  fs::remove_all(runs.folder.path() / "digits");
  write_report(run);
  const std::string page = contents(run / "report.html");
  CHECK(contains(page, "Without an evaluation: "));
  CHECK(contains(page, "class=\"network\""));
  CHECK_FALSE(contains(page, "<h2>Confusion"));
  fs::remove(run / "best.safetensors");
  test::write(run / "events.jsonl", "");
  write_report(run);
  CHECK(contains(contents(run / "report.html"), "not finished"));
  CHECK_THROWS_AS(write_report(runs.folder.path()), Error);
}

TEST_CASE("a page is not made of one run and the model of another") {
  const Runs runs;
  const fs::path run = runs.run("run");
  const fs::path other = runs.run("other", {"seed=8", "layer.conv.filters=7"});
  const std::string page = contents(run / "report.html");
  fs::copy(other / "best.safetensors", run / "best.safetensors", fs::copy_options::overwrite_existing);
  CHECK_THROWS_WITH_AS(write_report(run),
                       doctest::Contains("best.safetensors: not the model of the run whose folder it is in: "
                                         "layer.conv.filters: 5, now 7; seed: 42, now 8; put"),
                       Error);
  CHECK(contents(run / "report.html") == page);
  CHECK_THROWS_AS(find_model(run), Error);
  CHECK(find_model(other) == other / "best.safetensors");
}

TEST_CASE("a run is not compared with itself") {
  const Runs runs;
  const fs::path run = runs.run("run");
  CHECK_THROWS_WITH_AS(write_comparison({run, run / ""}, runs.folder.path() / "page.html"),
                       doctest::Contains("is compared with itself"), Error);
}

TEST_CASE("a run that diverged has a page that says so") {
  const Runs runs;
  const auto diverging = [&] { runs.run("run", {"optimizer.learning_rate=1e30"}); };
  CHECK_THROWS_AS(diverging(), Error);
  const std::string page = contents(runs.folder.path() / "run" / "report.html");
  CHECK(contains(page, "A training run of convoy, diverged."));
  CHECK(contains(page, "Diverged: "));
}

TEST_CASE("runs that differ in their seed alone are one group, named by what sets it apart") {
  const Runs runs;
  const fs::path page = runs.folder.path() / "compare.html";
  const std::vector<fs::path> all = {runs.run("a", {"seed=1"}), runs.run("b", {"seed=2", "name=other", "threads=1"}),
                                     runs.run("c", {"seed=1", "train.batch_size=16"})};
  write_comparison(all, page);
  const std::string html = contents(page);
  CHECK(contains(html, "3 runs in 2 groups"));
  CHECK(contains(html, "<td class=\"text\">batch_size = 32</td><td>2</td>"));
  CHECK(contains(html, "<td class=\"text\">batch_size = 16</td><td>1</td>"));
  CHECK(contains(html, "<td class=\"text\">train.batch_size</td><td class=\"text\">32</td><td class=\"text\">16</td>"));
  write_comparison({all[0], all[1]}, page);
  CHECK(contains(contents(page), "2 runs in 1 group."));
  write_comparison({all[0], runs.run("d", {"train.epochs=1", "optimizer.momentum=0.5", "data.limit=60"})}, page);
  CHECK(contains(contents(page), "<td class=\"text\">d</td><td>1</td>"));  // too many keys for a name
  CHECK_THROWS_AS(write_comparison({runs.folder.path()}, page), Error);
}

TEST_CASE("event files for TensorBoard are written beside the run, the same each time") {
  const Runs runs;
  const fs::path run = runs.run("run");
  const fs::path folder = write_tensorboard(run);
  write_tensorboard(run);
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  REQUIRE(files.size() == 1);
  CHECK(files[0].filename().string().starts_with("events.out.tfevents."));
  CHECK(contains(contents(files[0]), "brain.Event:2"));
  CHECK(contains(contents(files[0]), "accuracy/training"));

  fs::rename(folder, runs.folder.path() / "elsewhere");
  fs::create_directory_symlink(runs.folder.path() / "elsewhere", folder);
  CHECK_THROWS_AS(write_tensorboard(run), Error);
}
