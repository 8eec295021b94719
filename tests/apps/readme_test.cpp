// Each command of the README, as it stands there, but for settings that make it short.

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "command_line.h"
#include "support/files.h"
#include "support/process.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;

namespace {

namespace fs = std::filesystem;

/// What a verb gets besides, so that it takes a second.
const std::map<std::string, std::string> shorter = {
    {"train", " --quiet -s data.limit=300 -s data.validation=100 -s train.epochs=1"},
    {"resume", " --quiet"},
    {"sweep", " --quiet -s data.limit=100 -s data.validation=50 -s train.epochs=1 --seeds 1"},
    {"lr-find", " -s data.limit=300 --steps 20"},
    {"bench", " --seconds 1"},
    {"check", " -s data.limit=100"},
    {"data", " -s data.limit=100"},
};

/// The commands of the README's list, without those that leave something out ("...").
std::vector<std::string> commands() {
  std::istringstream lines(test::contents("README.md"));
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("    convoy ") || line.find("...") != std::string::npos) continue;
    all.push_back(line.substr(11, line.find(" # ") - 11));
  }
  return all;
}

/// A folder as a user has it: configurations, data, photos, and runs to compare.
class Place {
 public:
  Place() {
    for (const char* name : {"configs", "data"}) fs::create_symlink(fs::absolute(name), at(name));
    test::write_digit(at("photo.jpg"), 0);  // whatever its name says
    for (int i = 0; i < 12; ++i) {
      const fs::path image = at("flowers") / ("kind" + std::to_string(i % 2)) / (std::to_string(i) + ".png");
      fs::create_directories(image.parent_path());
      test::write_digit(image, i);
    }
  }

  fs::path at(const std::string& name) const { return folder_.path() / name; }

  test::Finished run(const std::string& command) const {
    return test::run("/bin/sh", {"-c", "cd '" + folder_.path().string() +
                                           "' && export HOME=\"$PWD\" && " CONVOY_BINARY " " + command});
  }

 private:
  test::TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("each command of the README works as it stands there") {
  const Place place;
  int seen = 0;
  for (const std::string& command : commands()) {
    const std::string verb = command.substr(0, command.find(' '));
    if (verb == "reproduce") continue;  // minutes: shipped_configs_test runs the experiments
    if (verb == "compare") {
      for (const char* name : {"a", "b", "c"}) fs::copy(place.at("runs/small"), place.at("runs") / name);
    }
    const auto more = shorter.find(verb);
    const test::Finished finished = place.run(command + (more == shorter.end() ? "" : more->second));
    INFO(command << ": " << finished.out << finished.err);
    CHECK(finished.code == 0);
    ++seen;
  }
  CHECK(seen >= 18);
}
