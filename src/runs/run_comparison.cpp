#include <algorithm>
#include <map>
#include <set>

#include "config/differences.h"
#include "convoy/config.h"
#include "convoy/error.h"
#include "convoy/report.h"
#include "io/atomic_file.h"
#include "report/comparison.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;
using Keys = std::map<std::string, std::string>;

constexpr std::size_t most_named_keys = 2;  ///< keys with values in a group's name; with more, no values

/// All keys of a configuration but seed, name and threads: equal for runs that repeat each other.
Keys identity_of(const Config& config) {
  Keys keys = keys_of(config);
  for (const char* key : {"seed", "name", "threads"}) keys.erase(key);
  return keys;
}

/// Runs that are repetitions of each other.
struct Repetitions {
  Keys keys;
  std::string name;  ///< the configuration's
  std::vector<RunRecord> runs = {};
};

/// Reads the run folders and groups runs with equal keys, in order of first appearance.
std::vector<Repetitions> grouped_by_identity(const std::vector<fs::path>& runs) {
  std::vector<Repetitions> groups;
  for (const fs::path& run : runs) {
    RunRecord record = read_run(run);
    const Config config = load_config(run / "resolved.toml");
    const Keys keys = identity_of(config);
    auto group = std::ranges::find(groups, keys, &Repetitions::keys);
    if (group == groups.end()) group = groups.insert(group, {keys, config.run.text("name")});
    group->runs.push_back(std::move(record));
  }
  return groups;
}

/// The value of a key, "-" where there is none.
std::string value_in(const Keys& keys, const std::string& key) {
  const auto found = keys.find(key);
  return found == keys.end() ? "-" : found->second;
}

/// The keys that have not the same value in all groups.
std::set<std::string> differing_keys(const std::vector<Repetitions>& groups) {
  std::set<std::string> all;
  for (const Repetitions& group : groups) {
    for (const auto& [key, value] : group.keys) all.insert(key);
  }
  std::erase_if(all, [&](const std::string& key) {
    return std::ranges::all_of(groups, [&](const Repetitions& group) {
      return value_in(group.keys, key) == value_in(groups.front().keys, key);
    });
  });
  return all;
}

/// "batch_size" of "train.batch_size", "conv1.filters" of "layer.conv1.filters"; "optimizer.type" stays.
std::string short_key(const std::string& key) {
  const std::string rest = key.substr(key.find('.') + 1);
  return rest == "type" ? key : rest;
}

/// A group's name: its values of the differing `keys` where these are few, else the configuration's name or, where
/// another group has the same, the name of its first run's folder.
std::string group_name(const Repetitions& group, const std::vector<Repetitions>& all,
                       const std::set<std::string>& keys) {
  if (keys.empty()) return group.name;
  if (keys.size() > most_named_keys) {
    const auto namesakes = std::ranges::count(all, group.name, &Repetitions::name);
    return namesakes == 1 ? group.name : group.runs.front().name;
  }
  std::string name;
  for (const std::string& key : keys)
    name += (name.empty() ? "" : ", ") + short_key(key) + " = " + value_in(group.keys, key);
  return name;
}

/// Throws Error{config} where two paths are the same folder.
void require_different(const std::vector<fs::path>& runs) {
  std::set<fs::path> seen;
  for (const fs::path& run : runs) {
    if (seen.insert(fs::weakly_canonical(run / "")).second) continue;
    throw Error(ErrorKind::config, run.string() + ": is compared with itself; name each run once");
  }
}

}  // namespace

void write_comparison(const std::vector<fs::path>& runs, const fs::path& file) {
  require_different(runs);
  const std::vector<Repetitions> groups = grouped_by_identity(runs);
  const std::set<std::string> keys = differing_keys(groups);
  Comparison comparison{"Comparison"};
  for (const Repetitions& group : groups) {
    RunGroup row{.name = group_name(group, groups, keys), .runs = group.runs};
    for (const std::string& key : keys) row.settings.emplace_back(key, value_in(group.keys, key));
    comparison.groups.push_back(std::move(row));
  }
  write_file_atomically(file, html(comparison));
}

}  // namespace convoy
