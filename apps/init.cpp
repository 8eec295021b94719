#include <algorithm>
#include <cctype>
#include <filesystem>
#include <iostream>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "convoy/starter.h"
#include "options.h"
#include "output_file.h"
#include "shipped.h"
#include "verb.h"

namespace convoy::app {
namespace {

namespace fs = std::filesystem;

void declare_init(Options& options) {
  options.add_text(
      "data", "PATH",
      "A folder of images with a subfolder for each class, of idx, .npy, .csv or CIFAR's files, or an .npz "
      "or .csv file; without it, the digits of MNIST that come with convoy.");
  options.add_flag("force", "Replace a file that is there.");
}

/// --data, else the digits that come with convoy. Throws Error{config} where these are not there.
fs::path data_folder(const Options& options) {
  if (options.has("data")) return options.text("data");
  fs::path digits = shipped("data/mnist");
  if (digits.empty()) throw Error(ErrorKind::config, "convoy init: name a folder of data with --data");
  return digits;
}

/// The name of the new file: that of the folder of the data, in safe characters, with .toml.
fs::path file_for(const fs::path& data) {
  std::string name = fs::absolute(data).lexically_normal().filename().string();
  if (name.empty()) name = fs::absolute(data).lexically_normal().parent_path().filename().string();
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0 && c != '-'; }, '_');
  return (name.empty() ? "convoy" : name) + ".toml";
}

/// Writes a configuration for a folder of data and prints its path.
int run_init(const Options& options) {
  const fs::path data = data_folder(options);
  const fs::path file = options.positional().empty() ? file_for(data) : fs::path(options.positional()[0]);
  if (options.has("force") || !fs::exists(file)) require_output(file, Output::configuration);
  const Starter starter = write_starter(data, file, options.has("force"));
  std::cout << shown(file.string()) << ": a network for " << starter.found << " in " << shown(data.string())
            << "\ntrain it with: convoy train " << shown(file.string()) << '\n';
  return ok;
}

}  // namespace

const Verb init_verb = {.name = "init",
                        .operands = "[FILE]",
                        .help = "Write a commented configuration to begin with, for your data.",
                        .examples =
                            "convoy init --data ~/flowers\n"
                            "convoy init digits.toml --data data/mnist",
                        .declare = declare_init,
                        .run = run_init};

}  // namespace convoy::app
