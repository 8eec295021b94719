// src/README.md says which files a new part needs: the same that name the part which is its example.

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Recipe {
  std::string title;
  std::string example;     ///< a pattern for its names
  std::size_t most_files;  ///< tests and documentation included
};

const std::vector<Recipe> recipes = {
    {"Adding a layer", "\\b(avg_pool2d|AvgPool2D)", 6},
    {"Adding an optimizer", "rmsprop|RMSprop", 4},
    {"Adding a schedule", "one_cycle|OneCycle", 4},
    {"Adding a loss", "mean_squared_error|MeanSquaredError", 4},
    {"Adding a data set reader", "described_image_folder|files_of_image_folder", 5},
};

std::string text_of(const fs::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// The numbered files of each section.
std::map<std::string, std::set<std::string>> written_recipes() {
  std::map<std::string, std::set<std::string>> files;
  std::ifstream stream("src/README.md");
  std::string title;
  std::smatch match;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("## ")) title = line.substr(3);
    if (std::regex_search(line, match, std::regex("^[0-9]\\. `([^`]+)`"))) files[title].insert(match[1]);
  }
  return files;
}

/// The sources that name the example; kernels are the layer's or the optimizer's own choice, and what it is in files of
/// other frameworks is no part of it.
std::set<std::string> sources_with(const std::regex& example) {
  std::set<std::string> found;
  for (const char* folder : {"include", "src"}) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const std::string name = entry.path().generic_string();
      const bool apart = name.starts_with("src/kernels/") || name.starts_with("src/formats/");
      if (!entry.is_regular_file() || apart || name == "src/README.md") continue;
      if (std::regex_search(text_of(entry.path()), example)) found.insert(name);
    }
  }
  return found;
}

}  // namespace

TEST_CASE("the recipes of src/README.md name the files that a part needs, and they are few") {
  const auto written = written_recipes();
  CHECK(written.size() == recipes.size());
  for (const Recipe& recipe : recipes) {
    INFO(recipe.title);
    REQUIRE(written.contains(recipe.title));
    const std::set<std::string>& files = written.at(recipe.title);
    CHECK(files.size() <= recipe.most_files);
    const std::regex example(recipe.example);
    for (const std::string& file : files) {
      INFO(file);
      CHECK(fs::is_regular_file(file));
      const bool source = file.starts_with("include/") || file.starts_with("src/");
      if (source) CHECK(std::regex_search(text_of(file), example));
    }
    for (const std::string& file : sources_with(example)) {
      INFO(file);
      CHECK(files.contains(file));
    }
  }
}
