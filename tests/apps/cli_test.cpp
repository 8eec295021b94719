// The command line as a user runs it: output, exit codes, files.

#include <doctest/doctest.h>
#include <stb/stb_image_write.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/process.h"
#include "support/digits.h"
#include "support/temporary_folder.h"

using namespace convoy;
using test::Finished;

namespace {

namespace fs = std::filesystem;

Finished convoy_run(const std::vector<std::string>& arguments) { return test::run(CONVOY_BINARY, arguments); }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

bool is_one_line(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n') == 1 && text.back() == '\n';
}

/// A quick run of the max-pool network.
std::vector<std::string> quick_train(const fs::path& out, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"train", "configs/mnist_bn_maxpool.toml",
                                        "-s",    "data.limit=640",
                                        "-s",    "data.validation=200",
                                        "-s",    "train.epochs=2",
                                        "--out", out.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::string contents(const fs::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

void write(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

void write_digit(const fs::path& file, int number) {
  const Dataset& digits = test::mnist().test;
  const auto* pixels = digits.storage().bytes.data() + static_cast<std::size_t>(digits.index(number)) * 784;
  REQUIRE(stbi_write_png(file.c_str(), 28, 28, 1, pixels, 28) != 0);
}

}  // namespace

TEST_CASE("help, version and usage errors") {
  CHECK(convoy_run({"--version"}).out.rfind("convoy ", 0) == 0);
  CHECK(convoy_run({"--help"}).code == 0);
  CHECK(convoy_run({}).code == 2);
  for (const auto* verb : {"train", "resume", "eval", "predict", "summary", "inspect", "config", "check"}) {
    INFO(verb);
    const Finished help = convoy_run({verb, "--help"});
    CHECK(help.code == 0);
    CHECK(contains(help.out, std::string("convoy ") + verb));
    CHECK(convoy_run({verb}).code == 2);
  }
  const Finished typo = convoy_run({"trian"});
  CHECK(typo.code == 2);
  CHECK(contains(typo.err, "did you mean \"train\"?"));
  const Finished option = convoy_run({"train", "--fast", "x.toml"});
  CHECK(option.code == 2);
  CHECK(is_one_line(option.err));
}

TEST_CASE("train, evaluate, predict, inspect, summarise") {
  const test::TemporaryFolder folder;
  const auto run = folder.path() / "run";
  const Finished train = convoy_run(quick_train(run, {"--json"}));
  REQUIRE(train.code == 0);
  CHECK(contains(train.err, "epoch 2/2: loss "));
  CHECK_FALSE(contains(train.err, "\033"));  // no colours and no bar outside a terminal
  std::istringstream lines(train.out);
  std::vector<nlohmann::json> objects;
  for (std::string line; std::getline(lines, line);) objects.push_back(nlohmann::json::parse(line));
  REQUIRE(objects.size() == 3);
  const auto& result = objects.back();
  for (const auto* key : {"loss", "accuracy", "seconds", "images_per_second", "peak_rss_mb"})
    CHECK(result.contains(key));

  const Finished eval = convoy_run({"eval", run.string(), "--json"});
  REQUIRE(eval.code == 0);
  const auto evaluation = nlohmann::json::parse(eval.out);
  CHECK(evaluation["accuracy"] == result["accuracy"]);  // to the last bit, in a fresh process
  CHECK(evaluation["loss"] == result["loss"]);
  for (const auto* key : {"seconds", "images_per_second", "peak_rss_mb"}) CHECK(evaluation.contains(key));
  const Finished validation = convoy_run({"eval", (run / "best.safetensors").string(), "--split", "validation"});
  CHECK(validation.code == 0);
  CHECK(contains(validation.out, "(200 images"));
  CHECK(contains(validation.out, "confusion matrix"));
  CHECK(convoy_run({"eval", run.string(), "--split", "tset"}).code == 2);

  write_digit(folder.path() / "digit.png", 0);
  write(folder.path() / "fake.png", "this is no image");
  const Finished predict = convoy_run({"predict", run.string(), (folder.path() / "fake.png").string(),
                                       (folder.path() / "digit.png").string(), "--top", "3"});
  CHECK(predict.code == 3);  // one image was bad, the other is answered
  CHECK(contains(predict.out, "digit.png:  "));
  CHECK(std::count(predict.out.begin(), predict.out.end(), '%') == 3);
  CHECK(contains(predict.err, "fake.png: not an image"));
  const auto one = nlohmann::json::parse(
      convoy_run({"predict", run.string(), (folder.path() / "digit.png").string(), "--json"}).out);
  CHECK(one["probability"].get<double>() > 0.1);

  CHECK(contains(convoy_run({"summary", run.string()}).out, "Total parameters: 35,214"));
  CHECK(contains(convoy_run({"inspect", run.string()}).out, "conv1/kernel"));

  const std::string metrics = contents(run / "metrics.csv");
  const Finished again = convoy_run(quick_train(run));
  CHECK(again.code == 2);
  CHECK(contains(again.err, "--force"));
  CHECK(contents(run / "metrics.csv") == metrics);
  CHECK(convoy_run(quick_train(run, {"--force", "--quiet"})).err.empty());
}

TEST_CASE("the same seed gives the same bytes, for one thread and for two") {
  const test::TemporaryFolder folder;
  REQUIRE(convoy_run(quick_train(folder.path() / "one", {"--threads", "1", "--seed", "7"})).code == 0);
  REQUIRE(convoy_run(quick_train(folder.path() / "two", {"--threads", "2", "--seed", "7"})).code == 0);
  REQUIRE(convoy_run(quick_train(folder.path() / "other", {"--threads", "2", "--seed", "8"})).code == 0);
  const std::string one = contents(folder.path() / "one" / "best.safetensors");
  CHECK(one == contents(folder.path() / "two" / "best.safetensors"));
  CHECK(one != contents(folder.path() / "other" / "best.safetensors"));
}

TEST_CASE("an interrupted run resumes to the bits of an unbroken one") {
  const test::TemporaryFolder folder;
  const auto whole = folder.path() / "whole";
  const auto broken = folder.path() / "broken";
  REQUIRE(convoy_run(quick_train(whole, {"-s", "train.epochs=4"})).code == 0);
  const Finished stopped = test::run(CONVOY_BINARY, quick_train(broken, {"-s", "train.epochs=4"}), "epoch 1/4");
  CHECK(stopped.code == 130);
  CHECK(contains(stopped.err, "convoy resume"));
  CHECK(convoy_run({"eval", broken.string()}).code == 0);
  const Finished resumed = convoy_run({"resume", broken.string()});
  CHECK(resumed.code == 0);
  CHECK(contents(whole / "best.safetensors") == contents(broken / "best.safetensors"));
  CHECK(convoy_run({"resume", folder.path().string()}).code == 3);
}

TEST_CASE("bad input gets one clear line, its exit code, and leaves nothing behind") {
  const test::TemporaryFolder folder;
  const auto run = folder.path() / "run";
  const auto fails = [&](const std::vector<std::string>& more, int code, const std::string& part) {
    const Finished finished = convoy_run(quick_train(run, more));
    INFO(finished.err);
    CHECK(finished.code == code);
    CHECK(is_one_line(finished.err));
    CHECK(contains(finished.err, part));
    CHECK(finished.out.empty());
    CHECK_FALSE(fs::exists(run));
  };
  fails({"-s", "train.epchs=3"}, 2, "did you mean \"epochs\"?");
  fails({"-s", "train.epochs=many"}, 2, "\"epochs\" expects");
  fails({"-s", "layer.conv1.filters=0"}, 2, "\"filters\" expects");
  fails({"-s", "layer.conv1.kernel=99"}, 2, "kernel 99x99 does not fit input 28x28x1; add padding = \"same\"");
  fails({"-s", "data.path=/no/such/folder"}, 3, "/no/such/folder: no such folder");
  fails({"-s", "layer.output.units=5"}, 3, "the network has 5 outputs");
  fails({"-s", "data.validation=60000"}, 3, "60000 validation samples");

  const auto damaged = folder.path() / "data";
  fs::copy("data/mnist", damaged);
  fs::resize_file(damaged / "train-images-idx3-ubyte.gz", 1000000);
  fails({"-s", "data.path=" + damaged.string()}, 3, "train-images-idx3-ubyte.gz: ");

  write(folder.path() / "broken.toml", "name = \"x\"\n[train]\nepochs = 1\nepochs = 2\n");
  const Finished config = convoy_run({"config", "check", (folder.path() / "broken.toml").string()});
  CHECK(config.code == 2);
  CHECK(contains(config.err, "broken.toml:4:"));
  CHECK(convoy_run({"train", "no.toml"}).code == 2);
  CHECK(convoy_run({"eval", "no/such/run"}).code == 3);
  CHECK(convoy_run({"eval", "README.md"}).code == 3);
  write(folder.path() / "x.safetensors", "not a model");
  CHECK(convoy_run({"eval", (folder.path() / "x.safetensors").string()}).code == 3);
}

TEST_CASE("a batch of one into batch norm is named") {
  const test::TemporaryFolder folder;
  write(folder.path() / "one.toml", R"(
    [data]
    path = ")" + fs::absolute("data/mnist").string() +
                                        R"("
    limit = 33
    [optimizer]
    type = "adam"
    [loss]
    type = "softmax_cross_entropy"
    [[layer]]
    type = "flatten"
    [[layer]]
    type = "batch_norm"
    name = "norm"
    [[layer]]
    type = "dense"
    units = 10
  )");
  const auto run = (folder.path() / "run").string();
  const Finished finished = convoy_run({"train", (folder.path() / "one.toml").string(), "--out", run, "--quiet"});
  CHECK(finished.code == 2);
  CHECK(is_one_line(finished.err));
  CHECK(contains(finished.err, "layer \"norm\": batch norm needs more than one value per channel"));
  const Finished merged = convoy_run({"train", (folder.path() / "one.toml").string(), "--out", run, "--force",
                                      "--quiet", "-s", "data.last_batch=merge"});
  CHECK(merged.code == 0);
}

TEST_CASE("divergence stops with its own exit code") {
  const test::TemporaryFolder folder;
  const Finished finished =
      convoy_run(quick_train(folder.path() / "run", {"-s", "optimizer.learning_rate=1e37", "--quiet"}));
  CHECK(finished.code == 4);
  CHECK(contains(finished.err, "training diverged in epoch 1, step "));
  CHECK(contains(contents(folder.path() / "run" / "log.txt"), "diverged"));
}

TEST_CASE("config and check") {
  CHECK(convoy_run({"config", "check", "configs/mnist_cnn.toml"}).out == "configs/mnist_cnn.toml: ok\n");
  CHECK(contains(convoy_run({"config", "explain", "train.epochs"}).out, "train.epochs"));
  CHECK(convoy_run({"config", "explain", "train.epoch"}).code == 2);
  CHECK(nlohmann::json::parse(convoy_run({"config", "schema"}).out).contains("properties"));
  const Finished check = convoy_run({"check", "configs/mnist_bn_maxpool.toml", "-s", "data.limit=300"});
  CHECK(check.code == 0);
  CHECK(contains(check.out, "gradients agree"));
  CHECK(contains(check.out, "300 samples of 28x28x1"));
}

TEST_CASE("summary prints the flagship's table") {
  const Finished summary = convoy_run({"summary", "configs/mnist_cnn.toml"});
  CHECK(summary.code == 0);
  CHECK(contains(summary.out, "Total parameters: 387,850"));
  CHECK(contains(summary.out, "Trainable parameters: 387,658"));
  CHECK(contains(summary.out, "batch statistics"));
}
