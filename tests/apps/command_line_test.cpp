// What is made from the verbs' table, and what convoy says of a command line that it does not take.

#include "apps/command_line.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "support/files.h"
#include "support/process.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::convoy_run;
using test::Finished;
using test::write;

namespace {

namespace fs = std::filesystem;

/// What bash offers for the last of these words, one a line; the words come as bash splits them.
std::string completed(const fs::path& script, const std::vector<std::string>& words) {
  std::vector<std::string> arguments = {
      "-c",
      "source \"$0\"; COMP_WORDS=(convoy \"$@\"); COMP_CWORD=$#; _convoy; ((${#COMPREPLY[@]} == 0)) || "
      "printf '%s\\n' \"${COMPREPLY[@]}\" | sort",
      script.string()};
  arguments.insert(arguments.end(), words.begin(), words.end());
  const Finished bash = test::run("/bin/bash", arguments);
  CHECK(bash.err.empty());
  return bash.out;
}

}  // namespace

TEST_CASE("bash completes verbs, options, their values, keys and files") {
  if (!fs::exists("/bin/bash")) return;
  const test::TemporaryFolder folder;
  const fs::path script = folder.path() / "completions";
  write(script, convoy_run({"completions", "bash"}).out);
  CHECK(completed(script, {"tr"}) == "train\n");
  CHECK(completed(script, {"train", "x.toml", "--se"}) == "--seed\n--set\n");
  CHECK(completed(script, {"train", "configs/mnist_c"}) == "configs/mnist_cnn.toml\n");
  CHECK(completed(script, {"train", "-s", "train.epochs", "=", "3", "configs/mnist_c"}) == "configs/mnist_cnn.toml\n");
  CHECK(completed(script, {"train", "x.toml", "-s", "train.epo"}) == "train.epochs=\n");
  CHECK(completed(script, {"train", "x.toml", "-s", "layer"}) == "layer.\n");
  CHECK(completed(script, {"eval", "run", "-s", "data.trans"}) == "data.transpose=\n");
  CHECK(completed(script, {"train", "--threads", ""}).empty());
  CHECK(completed(script, {"config", ""}) == "check\nexplain\nschema\n");
  CHECK(completed(script, {"config", "explain", "conv2d.pad"}) == "conv2d.padding\n");
  CHECK(completed(script, {"config", "check", "configs/mnist_c"}) == "configs/mnist_cnn.toml\n");
  CHECK(completed(script, {"eval", "run", "--split", ""}) == "test\ntrain\nvalidation\n");
  CHECK(completed(script, {"eval", "run", "--split", "=", "te"}) == "test\n");
  CHECK(completed(script, {"eval", "run", "--split", "="}) == "test\ntrain\nvalidation\n");
  CHECK(completed(script, {"predict", "model", "one.png", "READ"}) == "README.md\n");
  CHECK(completed(script, {"train", "--out", "=", "conf"}) == "configs\n");
  CHECK(completed(script, {"help", "tra"}) == "train\n");
  CHECK(completed(script, {"nonsense", ""}).empty());
  const fs::path odd = folder.path() / "two words.toml";
  write(odd, "");
  CHECK(completed(script, {"train", (folder.path() / "two").string()}) == odd.string() + "\n");
}

TEST_CASE("the completions of every shell and the manual page have every verb and option") {
  const std::string page = convoy_run({"man"}).out;
  CHECK(page.starts_with(".TH CONVOY 1 "));
  std::vector<std::string> scripts;
  for (const char* shell : {"bash", "zsh", "fish"}) scripts.push_back(convoy_run({"completions", shell}).out);
  std::istringstream lines(convoy_run({"--help"}).out);
  for (std::string line; std::getline(lines, line) && line != "Examples";) {
    if (!line.starts_with("  ")) continue;
    const std::string verb = line.substr(2, line.find(' ', 2) - 2);
    INFO(verb);
    std::string roff = verb;
    if (const auto dash = roff.find('-'); dash != std::string::npos) roff.insert(dash, "\\");
    CHECK(contains(page, "\n.SS \"convoy " + roff + "\"\n"));
    CHECK(contains(scripts[0], "\n      " + verb + ") _convoy_words '"));
    CHECK(contains(scripts[1], "\n    " + verb + ") _arguments"));
    CHECK(contains(scripts[2], "__convoy_first -a " + verb + " "));
  }
  for (const std::string& script : scripts) {
    CHECK(contains(script, "layer."));
    CHECK(contains(script, "train.epochs="));
    CHECK(contains(script, "checkpoint_seconds"));
  }
  CHECK(contains(page, "\\fB\\-\\-threads\\fR \\fIN\\fR"));
  CHECK(contains(page, "\n.SH EXIT STATUS\n"));
  std::istringstream all(page);
  for (std::string line; std::getline(all, line);) {
    const bool request = line.starts_with('.') && line[1] >= 'A' && line[1] <= 'z';
    CHECK((request || (!line.empty() && line.front() != '.' && line.front() != '\'')));
  }
}

TEST_CASE("a command line that is nearly right gets told what is meant") {
  const test::TemporaryFolder folder;
  const fs::path run = folder.path() / "run";
  fs::create_directories(run);
  write(run / "resolved.toml", "");
  const std::string config = "configs/mnist_cnn.toml";
  const auto refuses = [](const std::vector<std::string>& arguments, const std::string& part, int code = 2) {
    const Finished finished = convoy_run(arguments);
    INFO(finished.err);
    CHECK(finished.code == code);
    CHECK(finished.out.empty());
    CHECK(std::count(finished.err.begin(), finished.err.end(), '\n') == 1);
    CHECK(contains(finished.err, part));
  };
  refuses({"train", config, "--epochs", "3"},
          "unknown option --epochs; a configuration's key is set by -s train.epochs=3");
  refuses({"train", config, "--batch-size=64"}, "by -s train.batch_size=64 ");
  refuses({"train", "--lr", config}, "by -s optimizer.learning_rate=VALUE ");
  refuses({"train", config, "--filters", "8"}, "by -s layer.NAME.filters=8 ");
  refuses({"train", config, "--thread=2"}, "did you mean \"--threads\"?");
  refuses({"predict", "m", "i", "--epochs", "3"}, "unknown option --epochs (see");
  refuses({"train", config, "-s", "epochs=3"}, "unknown key \"epochs\"; did you mean train.epochs?");
  refuses({"train", config, "-s", "filters=3"}, "did you mean layer.NAME.filters?");
  refuses({"train", config, "epochs=3"}, "got 2 arguments; a key is set by -s epochs=3");
  refuses({"train", "mnist_c"}, "mnist_c: no such file; did you mean configs/mnist_cnn.toml?");
  refuses({"train", "configs/mnist_cnn"}, "did you mean configs/mnist_cnn.toml?");
  refuses({"train", "mnist_quik.toml"}, "did you mean \"configs/mnist_quick.toml\"?");
  refuses({"train", "configs"}, "configs: a folder, not a configuration");
  refuses({"train", run.string()}, "convoy resume " + run.string() + " goes on with it");
  refuses({"train", "x.safetensors"}, "a model, not a configuration");
  refuses({"resume", config}, "convoy train " + config + " makes one", 3);
  refuses({"resume", (run / "resolved.toml").string()},
          "expected a run folder, got a file; did you mean " + run.string() + "?", 3);
  refuses({"report", "README.md"}, "expected a run folder", 3);
  refuses({config}, "a verb comes first: convoy train " + config);
  refuses({"mnist_cnn.toml"}, "a verb comes first: convoy train mnist_cnn.toml");
  refuses({run.string()}, "a verb comes first: convoy eval " + run.string());
  refuses({"evaluate", "x"}, "did you mean \"eval\"?");
  refuses({"help", "trian"}, "did you mean \"train\"?");
  refuses({"completions", "bsh"}, "expected bash, zsh or fish, got 1 argument; did you mean \"bash\"?");
  refuses({"man", "train"}, "expected nothing, got 1 argument");
}

TEST_CASE("an output replaces only its like, and is known to be writable before any work") {
  const test::TemporaryFolder folder;
  const auto at = [&](const char* name) { return (folder.path() / name).string(); };
  const std::string config = at("c.toml");
  const std::string run = at("run");
  const std::string model = run + "/best.safetensors";
  write(config, "extends = \"" + fs::absolute("configs/mnist_bn_maxpool.toml").string() +
                    "\"\n[data]\nlimit = 300\n[train]\nepochs = 1\n");
  REQUIRE(convoy_run({"train", config, "--out", run, "--quiet"}).code == 0);
  write(at("mine.txt"), "mine");
  const auto refuses = [](const std::vector<std::string>& arguments, int code, const std::string& part) {
    const fs::path file = arguments.back();
    const std::string before = fs::is_regular_file(file) ? test::contents(file) : "";
    const bool folder_before = fs::exists(file.parent_path());
    const Finished finished = convoy_run(arguments);
    INFO(arguments.front(), " ", file.string(), ": ", finished.err);
    CHECK(finished.code == code);
    CHECK(finished.out.empty());
    CHECK(std::count(finished.err.begin(), finished.err.end(), '\n') == 1);
    CHECK(contains(finished.err, part));
    CHECK((fs::is_regular_file(file) ? test::contents(file) : "") == before);
    CHECK(fs::exists(file.parent_path()) == folder_before);
  };
  const std::vector<std::vector<std::string>> writers = {
      {"data", "preview", config, "-o"}, {"recalibrate", run, "-o"}, {"report", run, "-o"}, {"compare", run, "-o"},
      {"lr-find", config, "-o"},         {"eval", run, "--errors"},  {"init", "--force"}};
  for (const auto& writer : writers) {
    const auto to = [&](const std::string& file) {
      std::vector<std::string> arguments = writer;
      arguments.push_back(file);
      return arguments;
    };
    refuses(to(at("mine.txt")), 2, "mine.txt: is there already and is not a");
    refuses(to(run + "/last.ckpt"), 2, "last.ckpt: would replace the weights of a run");
    refuses(to(model), 2, "best.safetensors: would replace the weights of a run");
    refuses(to(at("none") + "/x"), 1, "cannot be written: No such file or directory");
    refuses(to(folder.path().string()), 1, "cannot be written: Is a directory");
    refuses(to(at("mine.txt") + "/x"), 1, "cannot be written: Not a directory");
    refuses(to("/dev/null"), 2, "/dev/null: not a regular file");
    if (writer.front() != "init") refuses(to(config), 2, "c.toml: is there already and is not a");
  }
  fs::copy(model, at("copy.safetensors"));
  refuses({"recalibrate", at("copy.safetensors"), "--data", "data/mnist", "-o", at("copy.safetensors")}, 2,
          "copy.safetensors: would replace the input itself");
  for (int again = 0; again < 2; ++again) {
    CHECK(convoy_run({"data", "preview", config, "-o", at("sheet")}).code == 0);
    CHECK(convoy_run({"recalibrate", run, "--images", "100", "-o", at("better.safetensors")}).code == 0);
    CHECK(convoy_run({"compare", run, "-o", at("page")}).code == 0);
    CHECK(convoy_run({"eval", run, "--errors", at("mistakes")}).code == 0);
  }
}
