// convoy reproduce as a user runs it, with a shipped experiment and with what does not hold.

#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "apps/command_line.h"
#include "support/files.h"
#include "support/process.h"
#include "support/small_idx.h"
#include "support/small_networks.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::convoy_run;
using test::Finished;

TEST_CASE("a shipped experiment finds what was published") {
  const test::TemporaryFolder folder;
  const auto out = (folder.path() / "out").string();
  const Finished run = convoy_run({"reproduce", "vanishing", "--quick", "--quiet", "--out", out});
  CHECK(run.code == 0);
  CHECK(contains(run.out, "claim   In a deep network of sigmoids"));
  CHECK(contains(run.out, "holds   gradient_norm.dense1: with BN > without BN * 100"));
  CHECK(contains(run.out, "\nreproduced\n"));
  CHECK(std::filesystem::exists(folder.path() / "out" / "sweep.html"));

  const Finished again = convoy_run({"reproduce", "vanishing", "--quick", "--quiet", "--json", "--out", out});
  CHECK(again.code == 0);
  const auto line = nlohmann::json::parse(again.out);
  CHECK(line["holds"] == true);
  CHECK(line["expectations"].size() == 3);
}

TEST_CASE("an expectation that fails shows in text and exit code") {
  const test::TemporaryFolder folder;
  test::write_small_idx(folder.path() / "digits", 100);
  test::write(folder.path() / "e.toml", R"(
    [experiment]
    source = "nobody"
    claim = "one step is enough"
    expect = ["accuracy: learning_rate=0.1 > 0.99"]
    [sweep]
    optimizer.learning_rate = [0.1, 0.2]
    [data]
    path = "digits"
    [train]
    epochs = 1
)" + test::dense_network);
  const Finished run =
      convoy_run({"reproduce", (folder.path() / "e.toml").string(), "--out", (folder.path() / "out").string()});
  CHECK(run.code == 1);
  CHECK(contains(run.out, "FAILS   accuracy: learning_rate=0.1 > 0.99   ("));
  CHECK(contains(run.out, "NOT REPRODUCED"));
}

TEST_CASE("what is no experiment is a usage error with what there is") {
  const Finished unknown = convoy_run({"reproduce", "vanishin"});
  CHECK(unknown.code == 2);
  CHECK(contains(unknown.err, "did you mean \"vanishing\"?"));
  CHECK(contains(unknown.err, "bn-fig1"));
  const Finished list = convoy_run({"reproduce"});
  CHECK(list.code == 0);
  CHECK(contains(list.out, "vanishing "));
  CHECK(convoy_run({"reproduce", "configs/mnist_cnn.toml"}).code == 2);
  CHECK(convoy_run({"reproduce", "no/such.toml"}).code == 2);
}
