// Bytes of strangers on the command line: names of files and classes, damaged and hostile model files.

#include <doctest/doctest.h>
#include <stb/stb_image_write.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/command_line.h"
#include "io/model_file.h"
#include "support/digits.h"
#include "support/files.h"
#include "support/process.h"
#include "support/small_idx.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::contents;
using test::convoy_run;
using test::Finished;
using test::is_one_line;
using test::write_digit;

namespace {

namespace fs = std::filesystem;

/// A model of a digit's mean alone.
struct Mean {
  std::vector<float> kernel = std::vector<float>(10, 0.1F);
  std::vector<std::string> class_names = {};

  void save(const fs::path& file) {
    std::vector<float> bias = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
    const std::string config =
        "input_shape = [28, 28, 1]\n[loss]\ntype = \"softmax_cross_entropy\"\n[[layer]]\ntype = \"global_avg_pool\"\n"
        "[[layer]]\ntype = \"dense\"\nname = \"d\"\nunits = 10\n";
    const std::vector<NamedTensor> tensors = {{"d/kernel", {1, 10}, kernel}, {"d/bias", {10}, bias}};
    save_model(file, tensors,
               {.config = config, .scaling = {{1}, {0}}, .class_names = class_names, .convoy_version = {}});
  }
};

/// A quick run of a dense layer on digits.
fs::path small_run(const fs::path& folder) {
  test::write(folder / "dense.toml",
              "[data]\npath = '" + test::small_mnist().string() +
                  "'\nlimit = 200\n[train]\nepochs = 1\n[loss]\ntype = \"softmax_cross_entropy\"\n"
                  "[[layer]]\ntype = \"flatten\"\n[[layer]]\ntype = \"batch_norm\"\n"
                  "[[layer]]\ntype = \"dense\"\nunits = 10\n");
  const Finished train =
      convoy_run({"train", (folder / "dense.toml").string(), "--quiet", "--out", (folder / "run").string()});
  INFO(train.err);
  REQUIRE(train.code == 0);
  return folder / "run";
}

void flip_bit(const fs::path& file, std::size_t from_end) {
  std::string bytes = contents(file);
  char& byte = bytes[bytes.size() - from_end];
  byte = static_cast<char>(byte ^ 1);
  test::write(file, bytes);
}

/// Without control characters but line breaks, bytes that are not UTF-8, C1 and bidirectional marks.
bool is_harmless(const std::string& text) {
  const bool controls = std::ranges::any_of(text, [](char c) { return c != '\n' && c >= 0 && c < ' '; });
  return !controls && !contains(text, "\xe9") && !contains(text, "\xc2\x9b") && !contains(text, "\xe2\x80\xae");
}

}  // namespace

TEST_CASE("a name of any bytes is shown, not sent, and ends nothing") {
  const test::TemporaryFolder folder;
  const auto model = folder.path() / "m.safetensors";
  Mean{.class_names = {"\x1b[31mred",
                       "\xe2\x80\xae"
                       "fdp",
                       std::string(200, 'x'),
                       "\xc2\x9b"
                       "2J",
                       "a\nb"}}
      .save(model);
  std::vector<std::string> arguments = {"predict", model.string()};
  for (const std::string name : {"foto_\xe9.png", "\x1b[2J.png",
                                 "\xe2\x80\xae"
                                 "gnp.png",
                                 "plain.png"}) {
    write_digit(folder.path() / name, 1);
    arguments.push_back((folder.path() / name).string());
  }
  arguments.push_back((folder.path() / "none_\x1b\xe9\n.png").string());
  arguments.insert(arguments.end(), {"--top", "5"});
  const Finished text = convoy_run(arguments);
  CHECK(text.code == 3);  // for the one that is not there
  CHECK(is_harmless(text.out));
  CHECK(is_harmless(text.err));
  CHECK(std::count(text.out.begin(), text.out.end(), '\n') == 4);
  CHECK(contains(text.out, "foto_\\xe9.png:  \\x1b[31mred "));
  CHECK(contains(text.out, "\\u202efdp "));
  CHECK(contains(text.err, "none_\\x1b\\xe9\\n.png: no such file"));

  arguments.emplace_back("--json");
  const Finished json = convoy_run(arguments);
  CHECK(is_harmless(json.out));
  std::istringstream lines(json.out);
  std::vector<nlohmann::json> objects;
  for (std::string line; std::getline(lines, line);) objects.push_back(nlohmann::json::parse(line));
  REQUIRE(objects.size() == 5);
  CHECK(objects[0]["image"].get<std::string>().ends_with("foto_\xef\xbf\xbd.png"));
  CHECK(objects[0]["class"] == "\x1b[31mred");  // a program gets the name itself
  CHECK(objects[4]["error"].get<std::string>().ends_with("none_\\x1b\\xe9\\n.png: no such file"));

  CHECK(is_harmless(convoy_run({"inspect", model.string()}).out));
  const Finished error = convoy_run({"summary", "\x1b]0;title\x07\xe9.toml"});
  CHECK(error.code == 2);
  CHECK(is_harmless(error.err));
  CHECK(contains(error.err, "\\x1b]0;title\\x07\\xe9.toml"));
}

TEST_CASE("an error about a name with a line break is one line") {
  const test::TemporaryFolder folder;
  const std::string odd = (folder.path() / "a\nb").string();
  const std::string out = (folder.path() / "run").string();
  const std::vector<std::vector<std::string>> lines = {
      {"compare", odd},
      {"report", odd},
      {"runs", odd},
      {"eval", odd},
      {"predict", odd, odd},
      {"init", "--data", odd},
      {"summary", odd},
      {"resume", odd},
      {"inspect", odd},
      {"train", odd},
      {"a\nb"},
      {"train", "--" + odd, odd},
      {"config", "explain", odd},
      {"train", "configs/mnist_cnn.toml", "-s", odd + "=1"},
      {"train", "configs/mnist_cnn.toml", "-s", "data.path=" + odd, "--out", out}};
  for (const auto& arguments : lines) {
    const Finished finished = convoy_run(arguments);
    INFO(finished.err);
    CHECK(finished.code != 0);
    CHECK(std::count(finished.err.begin(), finished.err.end(), '\n') == 1);
    CHECK(contains(finished.err, "a\\nb"));
  }
}

TEST_CASE("a name of two hundred letters breaks no table") {
  const test::TemporaryFolder folder;
  const auto model = folder.path() / "m.safetensors";
  Mean{.class_names = {std::string(200, 'x'), "b", "c", "d", "e", "f", "g", "h", "i", "j"}}.save(model);
  const auto run = small_run(folder.path());
  fs::copy_file(model, run / "best.safetensors", fs::copy_options::overwrite_existing);
  const Finished eval = convoy_run({"eval", run.string(), "--data", test::small_mnist().string()});
  INFO(eval.err);
  std::istringstream lines(eval.out);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() < 200);
}

TEST_CASE("two class folders whose names differ in bytes that are not UTF-8 stay two classes") {
  const test::TemporaryFolder folder;
  for (const auto& [name, digit] : {std::pair<std::string, int>{"caf\xe9", 0}, {"caf\xe8", 1}, {"cafe", 7}}) {
    const auto images = folder.path() / "data" / name;
    fs::create_directories(images);
    int written = 0;
    for (int i = 0; written < 20; ++i) {
      if (test::mnist().test.label(i) != digit) continue;
      write_digit(images / (std::to_string(i) + ".png"), i);
      ++written;
    }
  }
  test::write(folder.path() / "a.toml",
              "[data]\ndataset = \"image_folder\"\npath = \"data\"\n[train]\nepochs = 20\nbatch_size = 8\n"
              "[loss]\ntype = \"softmax_cross_entropy\"\n[[layer]]\ntype = \"flatten\"\n"
              "[[layer]]\ntype = \"dense\"\nunits = 3\n");
  const auto run = folder.path() / "run";
  const Finished train = convoy_run({"train", (folder.path() / "a.toml").string(), "--quiet", "--out", run.string()});
  INFO(train.err);
  REQUIRE(train.code == 0);
  const Finished eval = convoy_run({"eval", run.string()});
  CHECK(eval.code == 0);
  CHECK(contains(eval.out, "caf\\xe8"));
  CHECK(contains(eval.out, "caf\\xe9"));
  CHECK(convoy_run({"resume", run.string(), "--epochs", "21", "--quiet"}).code == 0);
  CHECK(contains(contents(run / "report.html"), "caf\\xe9"));
  write_digit(folder.path() / "zero.png", 3);
  const Finished predict = convoy_run({"predict", run.string(), (folder.path() / "zero.png").string(), "--json"});
  CHECK(nlohmann::json::parse(predict.out)["class"] == "caf\\xe9");
}

TEST_CASE("a folder whose name is not UTF-8 holds data, a run and its resumption") {
  const test::TemporaryFolder folder;
  const auto inside = folder.path() / "caf\xe9";
  test::write_small_idx(inside / "data", 100);
  test::write(inside / "a.toml",
              "[data]\npath = \"data\"\n[train]\nepochs = 1\n[loss]\ntype = \"softmax_cross_entropy\"\n"
              "[[layer]]\ntype = \"flatten\"\n[[layer]]\ntype = \"dense\"\nunits = 10\n");
  const auto run = inside / "run";
  const Finished train = convoy_run({"train", (inside / "a.toml").string(), "--json", "--out", run.string()});
  INFO(train.err);
  REQUIRE(train.code == 0);
  CHECK(is_harmless(train.out));
  CHECK(convoy_run({"eval", run.string()}).code == 0);
  CHECK(convoy_run({"resume", run.string(), "--epochs", "2", "--quiet"}).code == 0);
  CHECK(convoy_run({"report", run.string()}).code == 0);
}

TEST_CASE("a first configuration for a folder of any name trains, whatever the configuration's own name") {
  const test::TemporaryFolder folder;
  const auto data = folder.path() / "d\x1b\xe9";
  test::write_small_idx(data, 100);
  const auto file = folder.path() / "a\nseed = 7.toml";
  const Finished init = convoy_run({"init", file.string(), "--data", data.string()});
  INFO(init.err);
  REQUIRE(init.code == 0);
  CHECK(is_harmless(init.out));
  CHECK(is_harmless(contents(file)));
  CHECK_FALSE(contains(contents(file), "\nseed"));
  CHECK(convoy_run({"config", "check", file.string()}).code == 0);
}

TEST_CASE("one flipped bit of a model or a checkpoint stops every verb, with one line") {
  const test::TemporaryFolder folder;
  const auto run = small_run(folder.path());
  const auto digit = folder.path() / "digit.png";
  write_digit(digit, 1);
  flip_bit(run / "best.safetensors", 5);
  flip_bit(run / "last.ckpt", 5);
  const std::vector<std::vector<std::string>> commands = {{"inspect", run.string()},
                                                          {"inspect", (run / "last.ckpt").string()},
                                                          {"eval", run.string()},
                                                          {"predict", run.string(), digit},
                                                          {"summary", run.string()},
                                                          {"recalibrate", run.string()},
                                                          {"resume", run.string(), "--quiet"}};
  for (const auto& command : commands) {
    const Finished finished = convoy_run(command);
    INFO(command[0] << ": " << finished.err);
    CHECK(finished.code == 3);
    CHECK(finished.out.empty());
    CHECK(is_one_line(finished.err));
    CHECK(contains(finished.err, "damaged: its checksum is "));
  }
}

TEST_CASE("a model alone does not say where its data lie") {
  const test::TemporaryFolder folder;
  const auto run = small_run(folder.path());
  CHECK(convoy_run({"eval", run.string()}).code == 0);
  CHECK(convoy_run({"eval", (run / "last.ckpt").string()}).code == 0);
  const auto alone = folder.path() / "alone.safetensors";
  fs::copy_file(run / "best.safetensors", alone);
  for (const std::string verb : {"eval", "recalibrate"}) {
    const Finished finished = convoy_run({verb, alone.string()});
    CHECK(finished.code == 3);
    CHECK(is_one_line(finished.err));
    CHECK(contains(finished.err, "name their folder with --data"));
    CHECK(convoy_run({verb, alone.string(), "--data", test::small_mnist().string()}).code == 0);
  }
}

TEST_CASE("outputs that are not finite are an error and are not printed") {
  const test::TemporaryFolder folder;
  const auto model = folder.path() / "m.safetensors";
  Mean mean;
  std::ranges::fill(mean.kernel, 3e38F);
  mean.kernel[0] = -3e38F;
  mean.save(model);
  const auto digit = folder.path() / "digit.png";
  write_digit(digit, 1);
  const std::vector<std::vector<std::string>> commands = {
      {"predict", model.string(), digit},
      {"predict", model.string(), digit, "--json"},
      {"eval", model.string(), "--data", test::small_mnist().string()}};
  for (const auto& command : commands) {
    const Finished finished = convoy_run(command);
    INFO(finished.out);
    CHECK(finished.code == 3);
    CHECK_FALSE(contains(finished.out, "probability"));
    CHECK_FALSE(contains(finished.out, "accuracy"));
    CHECK(is_one_line(finished.err));
    CHECK(contains(finished.err, "its outputs are not finite"));
  }
}
