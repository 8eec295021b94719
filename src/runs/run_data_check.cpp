#include "runs/run_data_check.h"

#include <algorithm>

#include "convoy/config.h"
#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "core/value_text.h"
#include "io/data_sums.h"
#include "io/run_record.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// The first of the keys that decide the draw of `split` whose value changed: "data.validation: 40, now 50"; "" if
/// none.
std::string change_of_draw(const Settings& trained, const Settings& now, const std::string& split) {
  std::vector<std::string> keys = {"test_fraction"};
  if (split != "test") keys.emplace_back("validation");
  for (const std::string& key : keys) {
    const Settings::Entry* was = trained.find(key);
    const Settings::Entry* is = now.find(key);
    if (was == nullptr || is == nullptr || was->value == is->value) continue;
    return "data." + key + ": " + toml_text(was->value) + ", now " + toml_text(is->value);
  }
  return "";
}

/// Reads env.json of the run and the data's files, and names the first file that changed since training; "" if none or
/// if the run has no checksums. With a `need` other than all, only the files that it reads are compared.
std::string change_of_data(const fs::path& run, const Settings& data, Need need) {
  DataSums trained = read_environment(run).data;
  if (trained.empty()) return "";
  const DataSums now = sums_of_data(data, need);
  if (need != Need::all) {
    std::erase_if(trained, [&](const auto& file) {
      return std::ranges::find(now, file.first, &DataSums::value_type::first) == now.end();
    });
  }
  return first_change(trained, now);
}

/// The message that the data are not those of the run, ending in `change`.
std::string changed_data(const fs::path& run, const Settings& data, const std::string& change) {
  return shown(data.text("path")) + ": not the data that " + shown(run.string()) + " was trained on: " + change;
}

/// The end of an error message: what a new draw would mix up, and what to do instead.
std::string no_other_draw(const fs::path& run, const std::string& split) {
  return "; the " + split +
         " samples are drawn from the data, and another draw would mix them with those that were trained on; put it "
         "back, or name a labelled set: convoy eval " +
         shown(run.string()) + " --data DIR";
}

}  // namespace

void check_run_data(const fs::path& run, const Settings& data, const std::vector<std::string>& read,
                    DataSplits& splits) {
  const auto drawn = std::ranges::find_if(read, [&](const auto& split) { return splits.drawn.contains(split); });
  if (drawn != read.end()) {
    const std::string other_share = change_of_draw(load_config(run / "resolved.toml").data, data, *drawn);
    if (!other_share.empty()) throw Error(ErrorKind::config, other_share + no_other_draw(run, *drawn));
    const std::string change = change_of_data(run, data, Need::all);
    if (!change.empty()) throw Error(ErrorKind::data, changed_data(run, data, change) + no_other_draw(run, *drawn));
  } else if (has_sum_of_each_file(data)) {
    const bool test_alone = read == std::vector<std::string>{"test"};
    const std::string change = change_of_data(run, data, test_alone ? Need::test : Need::all);
    if (!change.empty()) splits.notes.push_back(changed_data(run, data, change));
  }
}

}  // namespace convoy
