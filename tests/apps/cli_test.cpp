// The command line as a user runs it: output, exit codes, files.

#include <doctest/doctest.h>
#include <stb/stb_image.h>
#include <stb/stb_image_write.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "apps/command_line.h"
#include "support/digits.h"
#include "support/files.h"
#include "support/process.h"
#include "support/small_idx.h"
#include "support/small_networks.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::contents;
using test::convoy_run;
using test::Finished;
using test::is_one_line;
using test::write;
using test::write_digit;

namespace {

namespace fs = std::filesystem;

std::size_t widest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t widest = 0;
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, line.size());
  return widest;
}

/// A quick run of the max-pool network.
std::vector<std::string> quick_train(const fs::path& out, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"train", "configs/mnist_bn_maxpool.toml",
                                        "-s",    "data.path=" + test::small_mnist().string(),
                                        "-s",    "data.limit=640",
                                        "-s",    "data.validation=200",
                                        "-s",    "train.epochs=2",
                                        "--out", out.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

}  // namespace

TEST_CASE("help, version and usage errors") {
  CHECK(convoy_run({"--version"}).out.rfind("convoy ", 0) == 0);
  CHECK(convoy_run({"--help"}).code == 0);
  CHECK(convoy_run({}).code == 2);
  CHECK(convoy_run({"-V"}).out == convoy_run({"--version"}).out);
  const auto refuses = [](const std::vector<std::string>& arguments, const std::string& part) {
    const Finished finished = convoy_run(arguments);
    INFO(finished.err);
    CHECK(finished.code == 2);
    CHECK(is_one_line(finished.err));
    CHECK(contains(finished.err, part));
    CHECK(finished.out.empty());
  };
  refuses({"rain"}, "did you mean \"train\"?");
  refuses({"help", "evaluate"}, "unknown verb \"evaluate\"");
  refuses({"train", "--thread=2", "x.toml"}, "unknown option --thread; did you mean \"--threads\"?");
  refuses({"train", "x.toml", "-s"}, "missing an argument");
  refuses({"train", "x.toml", "y.toml"}, "expected CONFIG, got 2 arguments");
  refuses({"train", "x.toml", "--threads", "-4"}, "--threads expects a whole number from 0 to 1024, got \"-4\"");
  refuses({"train", "x.toml", "--threads", "100000"}, "from 0 to 1024");
  refuses({"predict", "model", "image", "--top", "0"}, "--top expects a whole number");
  refuses({"predict", "model", "image", "--top", "3x"}, "--top expects a whole number");
  refuses({"config", "chek", "x.toml"}, "did you mean \"check\"?");
}

TEST_CASE("the help of every verb has its usage, options and examples that are its own, in 80 columns") {
  const std::string all = convoy_run({"--help"}).out;
  CHECK(contains(all, "\n  4    training diverged\n"));
  CHECK(all == convoy_run({"-h"}).out);
  CHECK(widest_line(all) <= 80);
  std::istringstream lines(all);
  int verbs = 0;
  for (std::string line; std::getline(lines, line) && line != "Examples";) {
    if (!line.starts_with("  ")) continue;
    const std::string verb = line.substr(2, line.find(' ', 2) - 2);
    INFO(verb);
    const Finished help = convoy_run({verb, "--help"});
    CHECK(help.code == 0);
    CHECK(help.out.starts_with("usage: convoy " + verb + " "));
    CHECK(contains(help.out, "-h, --help"));
    const std::string examples = help.out.substr(help.out.find("\nExamples\n"));
    CHECK(contains(examples, "convoy " + verb));
    CHECK(widest_line(help.out) <= 80);
    ++verbs;
  }
  CHECK(verbs >= 16);
  CHECK(convoy_run({"train"}).code == 2);
}

TEST_CASE("a value and a file name keep their commas") {
  const Finished table = convoy_run({"config", "check", "configs/mnist_cnn.toml", "-s",
                                     "optimizer={type = \"sgd\", momentum = 0.5}", "-s", "layer.conv1.kernel=[3,5]"});
  CHECK(table.code == 0);
  CHECK(table.err.empty());
  const test::TemporaryFolder folder;
  const auto model = folder.path() / "run";
  REQUIRE(convoy_run(quick_train(model, {"-s", "train.epochs=1", "--quiet"})).code == 0);
  write_digit(folder.path() / "a,b.png", 3);
  const Finished predict = convoy_run({"predict", model.string(), (folder.path() / "a,b.png").string()});
  CHECK(predict.code == 0);
  CHECK(contains(predict.out, "a,b.png:  "));

  // A folder: every image in it, and its bad one stops no other.
  const fs::path scans = folder.path() / "scans";
  fs::create_directories(scans / "deeper");
  write_digit(scans / "2.png", 0);
  write_digit(scans / "deeper" / "1,\"x\".png", 3);
  write(scans / "bad.jpg", "this is no image");
  write(scans / "notes.txt", "this neither");
  fs::create_directory(folder.path() / "empty");
  const Finished csv = convoy_run({"predict", model.string(), scans.string(), "--csv", "--top", "2"});
  CHECK(csv.code == 3);
  CHECK(csv.out.starts_with("image,class,probability,class2,probability2\n" + (scans / "2.png").string() + ','));
  CHECK(contains(csv.out, "\n\"" + (scans / "deeper" / "1,\"\"x\"\".png").string() + "\","));
  CHECK(std::count(csv.out.begin(), csv.out.end(), '\n') == 3);
  CHECK(contains(csv.err, "note: " + scans.string() + ": passed over what is no image: 1 file\n"));
  CHECK(contains(csv.err, "error: " + (scans / "bad.jpg").string() + ": not an image that can be read"));
  const Finished json = convoy_run({"predict", model.string(), scans.string(), "--json"});
  CHECK(json.code == 3);
  std::istringstream lines(json.out);
  std::vector<nlohmann::json> objects;
  for (std::string line; std::getline(lines, line);) objects.push_back(nlohmann::json::parse(line));
  REQUIRE(objects.size() == 3);
  CHECK(objects[0].contains("class"));
  CHECK(contains(objects[1]["error"], "not an image"));
  CHECK(objects[2]["image"] == (scans / "deeper" / "1,\"x\".png").string());
  const Finished empty = convoy_run({"predict", model.string(), (folder.path() / "empty").string()});
  CHECK(empty.code == 3);
  CHECK(contains(empty.err, "empty: no image in this folder"));
  CHECK(convoy_run({"predict", model.string(), scans.string(), "--csv", "--json"}).code == 2);
  CHECK(convoy_run({"predict", model.string(), scans.string(), "--fit", "crop"}).code == 2);
  CHECK(convoy_run({"predict", model.string(), (scans / "2.png").string(), "--fit", "digit"}).code == 0);
}

TEST_CASE("train, evaluate, predict, inspect, summarise") {
  const test::TemporaryFolder folder;
  const auto run = folder.path() / "run";
  const std::string all_of_mnist = "data.path=" + fs::absolute("data/mnist").string();
  const Finished train = convoy_run(quick_train(run, {"--json", "-s", all_of_mnist}));
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
  REQUIRE(evaluation["confusion"].size() == 10);
  std::int64_t images = 0;
  for (const auto& row : evaluation["confusion"]) {
    for (const auto& count : row) images += count.get<std::int64_t>();
  }
  CHECK(images == 10000);
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
  CHECK(names_in(run) == std::set<std::string>{"best.safetensors", "config.toml", "env.json", "events.jsonl",
                                               "last.ckpt", "log.txt", "metrics.csv", "report.html", "resolved.toml"});

  const std::string metrics = contents(run / "metrics.csv");
  const Finished again = convoy_run(quick_train(run));
  CHECK(again.code == 2);
  CHECK(contains(again.err, "--force"));
  CHECK(convoy_run(quick_train(run, {"--force", "-s", "data.path=/no/such/folder"})).code == 3);
  CHECK(contents(run / "metrics.csv") == metrics);  // a run is replaced once the new one can start, not before
  const std::string quiet = convoy_run(quick_train(run, {"--force", "--quiet"})).err;
  CHECK((quiet.empty() || (is_one_line(quiet) && quiet.starts_with("warning: "))));
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

TEST_CASE("training whose output nobody reads any more goes on to its end") {
  const test::TemporaryFolder folder;
  const auto run = folder.path() / "run";
  const auto code = folder.path() / "code";
  const std::string script = "(\"$@\" 2>&1; echo $? > '" + code.string() + "') | head -n 1";
  std::vector<std::string> arguments = {"-c", script, "sh", CONVOY_BINARY};
  for (const std::string& argument : quick_train(run)) arguments.push_back(argument);
  CHECK(contains(test::run("/bin/sh", arguments).out, "data    "));
  CHECK(contents(code) == "1\n");  // as the results could not be shown
  CHECK(fs::exists(run / "report.html"));
  CHECK(contains(contents(run / "events.jsonl"), "\"result\""));
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
  fails({"-s", "augmentation.rotate=-5"}, 2, "\"rotate\" expects 0.0 to 180.0, got -5");
  fails({"-s", "augmentation.fill=mirror"}, 2, "\"fill\" expects zero, edge or reflect");
  fails({"-s", "augmentation.rotat=5"}, 2, "did you mean \"rotate\"?");
  fails({"-s", "data.path=/no/such/folder"}, 3, "/no/such/folder: no such folder");
  fails({"-s", "layer.output.units=5"}, 3, "the network has 5 outputs");
  fails({"-s", "data.validation=60000"}, 3, "60000 of 2000 training samples cannot be set aside for validation");

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
  const Finished not_a_model = convoy_run({"eval", "configs/mnist_cnn.toml"});
  CHECK(not_a_model.code == 3);
  CHECK(contains(not_a_model.err, "expected a model, which is a .safetensors file or a run folder"));
  CHECK(convoy_run({"summary", "README.md"}).code == 3);
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
  CHECK_FALSE(fs::exists(run));  // it was found before the first step
  const Finished merged = convoy_run(
      {"train", (folder.path() / "one.toml").string(), "--out", run, "--quiet", "-s", "data.last_batch=merge"});
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

TEST_CASE("a link that leads in a circle is refused by its name, whatever it is given as") {
  const test::TemporaryFolder folder;
  const std::string loop = (folder.path() / "loop.png").string();
  fs::create_symlink("loop.png", loop);
  const auto refuses = [&](const std::vector<std::string>& arguments, int code) {
    const Finished finished = convoy_run(arguments);
    CAPTURE(arguments.front());
    CHECK(finished.code == code);
    CHECK(contains(finished.err, loop + ": "));
    CHECK_FALSE(contains(finished.err, "filesystem error"));
    CHECK(std::ranges::count(finished.err, '\n') == 1);
  };
  refuses({"predict", loop, loop}, 3);
  refuses({"eval", loop}, 3);
  refuses({"resume", loop}, 3);
  refuses({"runs", loop}, 3);
  refuses({"init", "--data", loop, (folder.path() / "x.toml").string()}, 3);
  refuses({"train", loop}, 2);
  refuses({"train", "configs/mnist_cnn.toml", "--out", loop, "-s", "data.path=" + test::small_mnist().string(), "-s",
           "data.validation=0.1"},
          1);
  refuses({"train", "configs/mnist_cnn.toml", "-s", "data.path=" + loop, "--out", (folder.path() / "run").string()}, 3);
}

TEST_CASE("a model meets data of another shape") {
  const test::TemporaryFolder folder;
  const auto run = folder.path() / "run";
  REQUIRE(convoy_run(quick_train(run, {"-s", "train.epochs=1", "--quiet"})).code == 0);
  const std::string labels({0, 0, 8, 1, 0, 0, 3, 32});  // 800 of them
  std::string digits;
  for (int i = 0; i < 800; ++i) digits += static_cast<char>(i % 10);
  const std::string images({0, 0, 8, 3, 0, 0, 3, 32, 0, 0, 0, 8, 0, 0, 0, 7});
  for (const std::string part : {"train", "t10k"}) {
    write(folder.path() / (part + "-labels-idx1-ubyte"), labels + digits);
    write(folder.path() / (part + "-images-idx3-ubyte"), images + std::string(800 * 8 * 7, 9));
  }
  const Finished finished = convoy_run({"eval", run.string(), "--data", folder.path().string()});
  INFO(finished.err);
  CHECK(finished.code == 3);
  CHECK(is_one_line(finished.err));
  CHECK(contains(finished.err, "8x7x1"));
  CHECK(contains(finished.err, "28x28x1"));
}

TEST_CASE("a model whose data has moved asks for it") {
  const test::TemporaryFolder folder;
  const auto data = folder.path() / "data";
  fs::copy("data/mnist", data);
  const auto run = folder.path() / "run";
  REQUIRE(convoy_run(quick_train(run, {"-s", "train.epochs=1", "-s", "data.path=" + data.string(), "--quiet"})).code ==
          0);
  fs::remove_all(data);
  const Finished finished = convoy_run({"eval", run.string()});
  CHECK(finished.code == 3);
  CHECK(is_one_line(finished.err));
  CHECK(contains(finished.err, "--data"));
  CHECK(convoy_run({"eval", run.string(), "--data", "data/mnist"}).code == 0);
}

TEST_CASE("a terminal gets a progress bar that fits it, and colour unless NO_COLOR is set") {
  const test::TemporaryFolder folder;
  for (const unsigned short columns : std::initializer_list<unsigned short>{100, 30}) {
    const Finished train = test::run_on_terminal(
        CONVOY_BINARY, quick_train(folder.path() / "run", {"-s", "train.epochs=1", "--force"}), columns);
    CHECK(train.code == 0);
    CHECK(contains(train.out, "epoch 1/1 [") == (columns == 100));
    CHECK(contains(train.out, " im/s"));
    CHECK(contains(train.out, "] validation ") == (columns == 100));
    CHECK(contains(train.out, "] test "));
    std::istringstream redraws(train.out);
    int bars = 0;
    for (std::string bar; std::getline(redraws, bar, '\r');) {
      if (!bar.starts_with("epoch 1/1 ")) continue;
      CHECK(bar.find("\033[K") < columns);
      ++bars;
    }
    CHECK(bars > 0);
    CHECK(contains(train.out, "\r\033[Kepoch 1/1: loss "));  // the line of the epoch takes the bar's place
  }
  for (const std::string kind : {"TERM=dumb", "TERM="}) {
    const Finished dumb = test::run_on_terminal(
        CONVOY_BINARY, quick_train(folder.path() / "run", {"-s", "train.epochs=1", "--force"}), 80, {kind});
    CHECK(contains(dumb.out, "epoch 1/1: loss "));
    CHECK_FALSE(contains(dumb.out, "\033"));
  }
  const Finished diverged = test::run_on_terminal(
      CONVOY_BINARY, quick_train(folder.path() / "nan", {"-s", "optimizer.learning_rate=1e37"}), 100);
  CHECK(diverged.code == 4);
  CHECK(contains(diverged.out, "\r\033[K\033[31merror: \033[0mtraining diverged"));
  CHECK(contains(test::run_on_terminal(CONVOY_BINARY, {"rain"}, 80).out, "\033[31m"));
  CHECK_FALSE(contains(test::run_on_terminal(CONVOY_BINARY, {"rain"}, 80, {"NO_COLOR=1"}).out, "\033"));
  CHECK_FALSE(contains(test::run_on_terminal(CONVOY_BINARY, {"rain"}, 80, {"TERM=dumb"}).out, "\033"));
}

TEST_CASE("training says first what it is about to do, in lines that fit a terminal") {
  const test::TemporaryFolder folder;
  const auto run = folder.path() / "run";
  const Finished train = convoy_run(quick_train(run));
  CHECK(train.err.starts_with("data    " + test::small_mnist().string() + "\n"));
  CHECK(contains(train.err, "\nsamples 640 training, 200 validation, 2000 test: 28x28x1, 10 classes\n"));
  CHECK(contains(train.err, "\nnetwork 9 layers, 35,214 parameters\nthreads "));
  CHECK(contains(train.err, "\nrun     " + run.string() + "\n"));
  std::istringstream lines(train.err);
  int epochs = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("epoch ")) continue;
    CHECK(line.size() <= 80);
    CHECK(contains(line, " acc "));
    CHECK(contains(line, ", val "));
    ++epochs;
  }
  CHECK(epochs == 2);
  const Finished resumed = convoy_run({"resume", run.string(), "-s", "train.epochs=3"});
  CHECK(contains(resumed.err, "run     " + run.string() + ", after epoch 2 of 3\n"));
  CHECK(contains(resumed.out, " of it before this resume\n"));
  const Finished again = convoy_run({"resume", run.string()});
  CHECK(contains(again.err, "all 3 epochs are done; to go on: convoy resume " + run.string() + " --epochs 6\n"));
  CHECK_FALSE(contains(convoy_run(quick_train(run, {"--force", "--json"})).err, "data    "));
}

TEST_CASE("the configurations and verbs of the READMEs are real") {
  const std::string readme = contents("README.md") + contents("configs/README.md");
  const auto begin = readme.find("```toml\n") + 8;
  const test::TemporaryFolder folder;
  const auto diagnostics = readme.find("[diagnostics]\nevery");
  REQUIRE(diagnostics != std::string::npos);
  write(folder.path() / "readme.toml", readme.substr(begin, readme.find("```", begin) - begin) +
                                           readme.substr(diagnostics, readme.find("```", diagnostics) - diagnostics));
  const Finished check = convoy_run({"config", "check", (folder.path() / "readme.toml").string(), "-s",
                                     "data.path=" + test::small_mnist().string(), "-s", "data.validation=0.1"});
  INFO(check.err);
  CHECK(check.code == 0);
  const Finished train =
      convoy_run({"train", (folder.path() / "readme.toml").string(), "-s", "data.limit=64", "-s", "data.validation=0.5",
                  "-s", "train.epochs=1", "-s", "diagnostics.every=1", "-s",
                  "data.path=" + test::small_mnist().string(), "--out", (folder.path() / "run").string()});
  INFO(train.err);
  CHECK(train.code == 0);  // the tensors of its percentiles are there
  std::istringstream lines(readme);
  int seen = 0;
  for (std::string line, verb; std::getline(lines, line);) {
    if (!line.starts_with("    convoy ")) continue;
    std::istringstream(line.substr(11)) >> verb;
    INFO(line);
    CHECK(convoy_run({"help", verb}).code == 0);
    ++seen;
  }
  CHECK(seen >= 9);
}

TEST_CASE("predict prepares an image as the model's configuration says, unless told otherwise") {
  const test::TemporaryFolder folder;
  const std::string digit = (folder.path() / "digit.png").string();
  write_digit(digit, 0);
  const auto predicted = [&](const std::string& run, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"predict", run, digit};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return convoy_run(arguments).out;
  };
  const std::string inverted = (folder.path() / "inverted").string();
  REQUIRE(convoy_run(quick_train(inverted, {"-s", "data.invert=true", "--quiet"})).code == 0);
  CHECK(contains(predicted(inverted, {}), "digit.png:  "));
  CHECK(predicted(inverted, {}) == predicted(inverted, {"--invert"}));
  CHECK(predicted(inverted, {}) != predicted(inverted, {"--no-invert"}));

  for (int i = 0; i < 20; ++i) {
    const fs::path name = folder.path() / "digits" / std::to_string(i % 2);
    fs::create_directories(name);
    write_digit(name / (std::to_string(i) + ".png"), i);
  }
  const std::string fitted = (folder.path() / "fitted").string();
  REQUIRE(convoy_run(quick_train(fitted, {"-s", "data.dataset=image_folder", "-s", "data.fit=digit", "-s",
                                          "data.path=" + (folder.path() / "digits").string(), "-s", "data.validation=0",
                                          "-s", "data.limit=0", "--quiet"}))
              .code == 0);
  CHECK(contains(predicted(fitted, {}), "digit.png:  "));
  CHECK(predicted(fitted, {}) == predicted(fitted, {"--fit", "digit"}));
  CHECK(predicted(fitted, {}) != predicted(fitted, {"--fit", "stretch"}));
}

TEST_CASE("config check finds what would end a training before its first step") {
  const auto check = [](const std::string& change) {
    return convoy_run({"config", "check", "configs/mnist_cnn.toml", "-s", "data.path=" + test::small_mnist().string(),
                       "-s", "data.validation=0.1", "-s", change});
  };
  CHECK(check("train.epochs=1").out ==
        "configs/mnist_cnn.toml: ok\n"
        "samples 1800 training, 200 validation, 2000 test: 28x28x1, 10 classes\n"
        "network 6 layers, 387,850 parameters\n");
  CHECK(contains(check("layer.output.units=11").err, "note: "));
  CHECK(contains(check("layer.output.units=11").err, "the network has 11 outputs for 10 classes: "));
  const auto refuses = [&](const std::string& change, int code, const std::string& part) {
    const Finished finished = check(change);
    INFO(change << ": " << finished.err);
    CHECK(finished.code == code);
    CHECK(finished.out.empty());
    CHECK(std::ranges::count(finished.err, '\n') == 1);
    CHECK(contains(finished.err, part));
  };
  refuses("layer.conv1.kernel=50", 2, "layer 1 \"conv1\": kernel 50x50 does not fit input 28x28x1");
  refuses("input_shape=[28,28,2]", 3, "samples are 28x28x1, the network expects 28x28x2");
  refuses("data.path=/no/where", 3, "/no/where: no such folder");
  const Finished unnormed = convoy_run({"config", "check", "configs/mnist_cnn.toml", "-s", "layer.bn*.enabled=false",
                                        "-s", "train.recalibrate=100", "-s",
                                        "data.path=" + test::small_mnist().string(), "-s", "data.validation=0.1"});
  CHECK(unnormed.code == 2);
  CHECK(contains(unnormed.err, "-s train.recalibrate=100: train.recalibrate: the network has no batch norm"));
  refuses("layer.output.units=5", 3, "the network has 5 outputs");
  refuses("data.validation=60000", 3, "60000 of 2000 training samples cannot be set aside for validation");
  const Finished sweep = convoy_run({"config", "check", "configs/mnist_sweep.toml", "-s", "layer.output.units=5,10"});
  CHECK(sweep.code == 3);
  CHECK(contains(sweep.err, "the network has 5 outputs"));
  CHECK(contains(sweep.err, "(setting \""));
}

TEST_CASE("config and check") {
  CHECK(contains(convoy_run({"config", "explain", "train.epochs"}).out, "train.epochs"));
  CHECK(convoy_run({"config", "explain", "train.epoch"}).code == 2);
  CHECK(nlohmann::json::parse(convoy_run({"config", "schema"}).out).contains("properties"));
  const Finished check = convoy_run({"check", "configs/mnist_bn_maxpool.toml", "-s", "data.limit=300"});
  CHECK(check.code == 0);
  CHECK(contains(check.out, "gradients agree"));
  CHECK(contains(check.out, "300 samples of 28x28x1"));
}

TEST_CASE("data preview draws the images, with their augmented versions for training") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "sheet.png";
  const std::vector<std::string> arguments = {
      "data", "preview", "configs/mnist_bn_maxpool.toml", "-o", file.string(), "-s", "data.limit=500"};
  const auto preview = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all = arguments;
    all.insert(all.end(), more.begin(), more.end());
    return convoy_run(all);
  };
  // Ten rows and ten columns of 84 pixels with gaps of 4, and 12 pixels for the labels.
  const Finished plain = preview({});
  REQUIRE(plain.code == 0);
  CHECK(contains(plain.out, "500 train samples of 28x28x1"));
  CHECK(contains(plain.out, "0 to 255"));
  CHECK(contains(plain.out, "samples by class: 0: "));
  CHECK(contains(plain.out, ": 100 images\n"));
  const auto size_of = [&] {
    int width = 0, height = 0, channels = 0;
    REQUIRE(stbi_info(file.c_str(), &width, &height, &channels) == 1);
    return std::pair(width, height);
  };
  CHECK(size_of() == std::pair(12 + 4 + 10 * 88, 4 + 10 * 88));
  const auto sheet = load_image(file, {884, 896, 1});
  CHECK(std::ranges::count(sheet, 255) > 1000);

  const Finished changed = preview({"-s", "augmentation.rotate=20", "--images", "3"});
  REQUIRE(changed.code == 0);
  CHECK(contains(changed.out, ": 3 images, each with its first 7 augmented versions\n"));
  CHECK(size_of() == std::pair(12 + 4 + 8 * 88, 14 + 4 + 3 * 88));
  REQUIRE(preview({"-s", "augmentation.rotate=20", "--images", "3", "--split", "test"}).code == 0);
  CHECK(size_of() == std::pair(12 + 4 + 88, 4 + 3 * 88));  // as they are

  const auto fails = [&](const std::vector<std::string>& more, int code, const std::string& part) {
    const std::string before = contents(file);
    const Finished finished = preview(more);
    INFO(finished.err);
    CHECK(finished.code == code);
    CHECK(contains(finished.err, part));
    CHECK(contents(file) == before);
  };
  fails({"--split", "tset"}, 2, "--split expects train, validation or test, got \"tset\"");
  fails({"--split", "validation", "-s", "data.validation=0"}, 2, "no validation samples are set aside");
  fails({"--images", "0"}, 2, "--images expects a whole number from 1 to 1000");
  fails({"-s", "data.path=/no/such/folder"}, 3, "no such folder");
  fails({"-o", "/no/such/folder/sheet.png"}, 1, "sheet.png: cannot be written");
  CHECK(convoy_run({"data", "preveiw", "configs/mnist_quick.toml"}).code == 2);
  CHECK(names_in(folder.path()) == std::set<std::string>{"sheet.png"});
}

TEST_CASE("a model of another framework is a model like any other") {
  const test::TemporaryFolder folder;
  const std::string model = (folder.path() / "run" / "best.safetensors").string();
  const std::string file = (folder.path() / "model.onnx").string();
  const std::string back = (folder.path() / "back.safetensors").string();
  const auto succeeds = [](const std::vector<std::string>& arguments) {
    const Finished finished = convoy_run(arguments);
    CAPTURE(arguments);
    INFO(finished.err);
    CHECK(finished.code == 0);
    return finished.out;
  };
  const std::string data = test::small_mnist().string();
  const std::string toml = (folder.path() / "small.toml").string();
  write(toml, "name = \"small\"\n[data]\npath = \"" + data + "\"\n[train]\nepochs = 1\n" + test::small_cnn(4, 3));
  succeeds({"train", toml, "--out", (folder.path() / "run").string()});
  CHECK(succeeds({"export", model, "-o", file}) == "wrote   " + file + "\n");
  const std::string imported = succeeds({"import", file, "-o", back});
  CHECK(contains(imported, "onnx model of "));
  CHECK(contains(imported, "input 28x28x1\nmodel   " + back + "\n"));
  CHECK(contains(succeeds({"summary", back}), "conv2d"));
  CHECK(contains(succeeds({"inspect", back}), "the checksum fits"));
  CHECK(contains(succeeds({"bench", back, "--seconds", "1"}), "training"));
  const auto scores = [&](const std::string& of) {
    const std::string out = succeeds({"eval", of, "--data", data});
    return out.substr(0, out.find(" images, "));  // the speed comes after that
  };
  CHECK(contains(scores(back), "test accuracy "));
  CHECK(scores(back) == scores(model));
  succeeds({"recalibrate", back, "--data", data, "-o", (folder.path() / "new.safetensors").string()});

  const auto refuses = [](const std::vector<std::string>& arguments, int code, const std::string& message) {
    const Finished finished = convoy_run(arguments);
    CAPTURE(arguments);
    CHECK(finished.code == code);
    CHECK(contains(finished.err, message));
  };
  refuses({"import", file}, 2, "expected -o MODEL");
  refuses({"import", file, "-o", file + ".safetensors", "--into", "configs/mnist_mlp_bn.toml"}, 2,
          "describes its network");
  refuses({"import", "README.md", "-o", file + ".safetensors"}, 3, "is no model that convoy can import");
  refuses({"import", model, "-o", file + ".safetensors"}, 3, "convoy's own");
  refuses({"export", model, "-o", model + ".xyz"}, 2, "its ending is none of");
  refuses({"export", model, "-o", "LICENSE", "--to", "onnx"}, 2, "is there already");
  refuses({"summary", back, "-s", "train.epochs=3"}, 2, "-s overrides a key of a configuration");
}

TEST_CASE("bench times training and inference, by layer, and warns of an OpenBLAS below the CPU") {
  const std::vector<std::string> arguments = {"bench", "configs/mnist_bn_maxpool.toml", "--seconds", "1", "--threads",
                                              "1"};
  std::vector<std::string> as_json = arguments;
  as_json.emplace_back("--json");
  const Finished json = convoy_run(as_json);
  REQUIRE(json.code == 0);
  const auto result = nlohmann::json::parse(json.out);
  for (const char* key : {"train_us_per_image", "infer_us_per_image", "infer_one_us", "gflops", "sgemm_peak_gflops",
                          "fma_peak_gflops", "share_of_peak", "peak_rss_mb"}) {
    INFO(key);
    CHECK(result.at(key).get<double>() > 0);
  }
  CHECK(result.at("threads") == 1);
  CHECK(result.at("batch_size") == 32);
  CHECK(result.at("layers").size() == 9);
  CHECK(result.at("layers")[4].at("forward_flops") == 2 * 9 * 32 * 64 * 11 * 11);
  CHECK(result.at("layers")[1].at("backward_flops") == 4 * 9 * 32 * 26 * 26);  // the input's batch norm wants d_x
  CHECK(result.at("memory").at("activations").get<double>() > 0);

  std::vector<std::string> slow_blas = {"OPENBLAS_CORETYPE=Nehalem", CONVOY_BINARY};
  slow_blas.insert(slow_blas.end(), arguments.begin(), arguments.end());
  slow_blas.emplace_back("--layers");
  const Finished text = test::run("/usr/bin/env", slow_blas);
  CHECK(text.code == 0);
  CHECK(contains(text.out, "us of work an image, by layer"));
  CHECK(contains(text.out, "conv2 (conv2d)"));
  if (result.at("isa") != "baseline") CHECK(contains(text.err, "warning: OpenBLAS runs its Nehalem kernels, below"));
}

TEST_CASE("lr-find prints a curve, a rate and where its picture is, and leaves no run") {
  const test::TemporaryFolder folder;
  const auto picture = folder.path() / "curve.html";
  const std::vector<std::string> arguments = {
      "lr-find", "configs/mnist_mlp_bn.toml", "-s", "data.limit=2000", "--steps", "60", "-o", picture.string()};
  const Finished text = convoy_run(arguments);
  CHECK(text.code == 0);
  CHECK(text.err.empty());
  CHECK(contains(text.out, "    rate    loss\n 1.0e-06  "));
  CHECK(contains(text.out, "suggested learning rate "));
  CHECK(contains(text.out, "curve   " + picture.string()));
  CHECK(contents(picture).starts_with("<!DOCTYPE html>"));
  CHECK(names_in(folder.path()) == std::set<std::string>{"curve.html"});

  std::vector<std::string> as_json = arguments;
  as_json.emplace_back("--json");
  const Finished json = convoy_run(as_json);
  CHECK(is_one_line(json.out));
  const auto result = nlohmann::json::parse(json.out);
  CHECK(result.at("suggested").get<double>() > 1e-6);
  CHECK(result.at("points")[0].at("rate") == 1e-6);
  CHECK(convoy_run(arguments).out == text.out);

  const auto refuses = [](const std::vector<std::string>& more, int code, const std::string& part) {
    std::vector<std::string> all = {"lr-find", "configs/mnist_mlp_bn.toml"};
    all.insert(all.end(), more.begin(), more.end());
    const Finished finished = convoy_run(all);
    INFO(finished.err);
    CHECK(finished.code == code);
    CHECK(is_one_line(finished.err));
    CHECK(contains(finished.err, part));
  };
  refuses({"--from", "-1"}, 2, "--from expects a number above 0, got \"-1\"");
  refuses({"--to", "fast"}, 2, "--to expects a number above 0");
  refuses({"--from", "1", "--to", "0.1"}, 2, "lr-find: expected rates from above 0 to a larger one");
  refuses({"--steps", "3"}, 2, "--steps expects a whole number from 10");
  refuses({"-s", "data.path=/nowhere"}, 3, "/nowhere");
}

TEST_CASE("recalibrate writes a model beside the one it read, with other statistics of batch norm only") {
  const test::TemporaryFolder folder;
  const auto run = folder.path() / "run";
  REQUIRE(convoy_run(quick_train(run, {"-s", "train.epochs=1", "--quiet"})).code == 0);
  const std::string before = contents(run / "best.safetensors");
  const Finished finished = convoy_run({"recalibrate", run.string(), "--images", "300", "--batch", "50"});
  INFO(finished.err);
  CHECK(finished.code == 0);
  CHECK(contains(finished.out, "mean was off by"));
  CHECK(contains(finished.out, "bn1 "));
  const std::string row = finished.out.substr(finished.out.find("\nbn1 "));
  CHECK(contains(row.substr(0, row.find("times")), " deviations  "));
  CHECK(contains(finished.out, "validation accuracy "));
  CHECK(contains(finished.out, "test accuracy "));
  CHECK(contains(finished.out, " -> "));
  CHECK(contents(run / "best.safetensors") == before);
  const auto model = run / "best.recalibrated.safetensors";
  CHECK(contains(finished.out, "model   " + model.string()));
  const std::string first = contents(model);
  CHECK(first.size() == before.size());
  CHECK(first != before);
  CHECK(convoy_run({"eval", model.string()}).code == 0);

  const auto named = folder.path() / "named.safetensors";
  REQUIRE(convoy_run(
              {"recalibrate", (run / "last.ckpt").string(), "--images", "300", "--batch", "50", "-o", named.string()})
              .code == 0);
  CHECK(contents(named) == first);

  const auto plain = folder.path() / "plain";
  REQUIRE(convoy_run(quick_train(plain, {"-s", "train.epochs=1", "-s", "layer.bn*.enabled=false", "--quiet"})).code ==
          0);
  const Finished without = convoy_run({"recalibrate", plain.string()});
  CHECK(without.code == 2);
  CHECK(without.err == "error: recalibrate: the network has no batch norm that is trained\n");
  CHECK(convoy_run({"recalibrate", "configs/mnist_cnn.toml"}).code == 3);
  CHECK(convoy_run({"recalibrate", run.string(), "--images", "0"}).code == 2);
  CHECK(convoy_run({"recalibrate", run.string(), "--data", "/nowhere"}).code == 3);
}

TEST_CASE("summary prints the flagship's table") {
  const Finished summary = convoy_run({"summary", "configs/mnist_cnn.toml"});
  CHECK(summary.code == 0);
  CHECK(contains(summary.out, "Total parameters: 387,850"));
  CHECK(contains(summary.out, "Trainable parameters: 387,658"));
  CHECK(contains(summary.out, "batch statistics"));
}

TEST_CASE("report and compare make pages from run folders") {
  const test::TemporaryFolder folder;
  const auto one = folder.path() / "one";
  const auto two = folder.path() / "two";
  REQUIRE(convoy_run(quick_train(one, {"--quiet", "-s", "train.epochs=1"})).code == 0);
  REQUIRE(convoy_run(quick_train(two, {"--quiet", "-s", "train.epochs=1", "--seed", "7"})).code == 0);
  fs::remove(one / "report.html");
  const Finished report = convoy_run({"report", one.string()});
  CHECK(report.code == 0);
  CHECK(report.out == (one / "report.html").string() + "\n");
  CHECK(contains(contents(one / "report.html"), "Worst mistakes"));
  const auto page = folder.path() / "page.html";
  const Finished all = convoy_run({"report", one.string(), "-o", page.string(), "--tensorboard"});
  CHECK(all.code == 0);
  CHECK(contains(all.out, (one / "tensorboard").string()));
  CHECK(fs::exists(page));
  CHECK(names_in(one / "tensorboard").size() == 1);

  const Finished compare = convoy_run({"compare", one.string(), two.string(), "-o", page.string()});
  CHECK(compare.code == 0);
  CHECK(compare.out == page.string() + "\n");
  CHECK(contains(contents(page), "2 runs in 1 group"));

  const Finished none = convoy_run({"report", folder.path().string()});
  CHECK(none.code == 3);
  CHECK(is_one_line(none.err));
  CHECK(convoy_run({"compare", one.string(), (folder.path() / "none").string(), "-o", page.string()}).code == 3);
  CHECK(convoy_run({"report", one.string(), two.string()}).code == 2);
  CHECK(convoy_run({"report", one.string(), "-o", (folder.path() / "no" / "page.html").string()}).code == 1);
}

TEST_CASE("eval tells how each class fares, within 80 columns, and writes the mistakes") {
  const test::TemporaryFolder folder;
  const auto run = (folder.path() / "run").string();
  REQUIRE(convoy_run(quick_train(run, {"-s", "train.epochs=1", "--quiet"})).code == 0);
  const std::string csv = (folder.path() / "mistakes.csv").string();
  const Finished text = convoy_run({"eval", run, "--errors", csv});
  REQUIRE(text.code == 0);
  for (const char* part : {"calibration error ", "precision %", "recall %", "F1 %", "mean", "confusion matrix"})
    CHECK(contains(text.out, part));
  std::istringstream lines(text.out);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 80);

  const auto json = nlohmann::json::parse(convoy_run({"eval", run, "--json"}).out);
  REQUIRE(json["classes"].size() == 10);
  double recall = 0;
  std::int64_t right = 0;
  for (int k = 0; k < 10; ++k) {
    const auto& row = json["classes"][static_cast<std::size_t>(k)];
    CHECK(row["class"] == std::to_string(k));
    recall += row["recall"].get<double>();
    right += json["confusion"][static_cast<std::size_t>(k)][static_cast<std::size_t>(k)].get<std::int64_t>();
  }
  CHECK(json["macro"]["recall"].get<double>() == doctest::Approx(recall / 10));
  CHECK(json["missing_classes"].empty());
  CHECK(json["calibration_error"].get<double>() > 0);
  const std::string mistakes = contents(csv);
  CHECK(mistakes.starts_with("image,label,prediction,probability\n"));
  CHECK(std::count(mistakes.begin(), mistakes.end(), '\n') == 1 + json["samples"].get<std::int64_t>() - right);
}

TEST_CASE("a model meets a folder with fewer classes, another class, test files only") {
  const test::TemporaryFolder folder;
  const auto run = (folder.path() / "run").string();
  REQUIRE(convoy_run(quick_train(run, {"-s", "train.epochs=1", "--quiet"})).code == 0);
  const auto own = folder.path() / "own";
  fs::create_directories(own / "7");
  write_digit(own / "7" / "seven.png", 0);
  const Finished fewer = convoy_run({"eval", run, "--data", own.string()});
  CHECK(fewer.code == 0);
  CHECK(contains(fewer.out, "(1 images"));
  CHECK(contains(fewer.err, "no image of the model's classes 0, 1, 2, 3, 4, 5, 6, 8, 9"));
  fs::rename(own / "7", own / "seven");
  const Finished other = convoy_run({"eval", run, "--data", own.string()});
  CHECK(other.code == 3);
  CHECK(is_one_line(other.err));
  CHECK(contains(other.err, "class \"seven\" is unknown to the model"));

  const auto tests_only = folder.path() / "t10k_only";
  fs::create_directories(tests_only);
  for (const char* name : {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"})
    fs::copy(test::small_mnist() / name, tests_only / name);
  CHECK(convoy_run({"eval", run, "--data", tests_only.string()}).code == 0);
  CHECK(convoy_run({"eval", run, "--data", tests_only.string(), "--dataset", "image_folder"}).code == 3);
  CHECK(convoy_run({"eval", run, "-s", "train.epochs=1"}).code == 2);
}
