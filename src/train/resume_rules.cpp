#include "train/resume_rules.h"

#include <algorithm>
#include <vector>

#include "config/differences.h"
#include "convoy/error.h"
#include "convoy/experiment.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// The data's place may change, since its contents are checked.
const std::vector<std::string> harmless_keys = {
    "train.epochs", "train.patience", "train.checkpoint_seconds", "train.log_steps", "train.top_k", "threads", "name",
    "data.path",    "data.hint"};

std::string joined(const std::vector<std::string>& texts, const char* separator) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : separator) + text;
  return all;
}

}  // namespace

void require_harmless(const Config& config, const fs::path& run) {
  const auto changed = differences(load_config(run / "resolved.toml"), config, harmless_keys);
  if (changed.empty()) return;
  throw Error(ErrorKind::config, run.string() + ": " + joined(changed, "; ") + ": a run that has begun may change " +
                                     joined(harmless_keys, ", ") + " and [diagnostics]; train anew for another");
}

void require_same_config(const Config& config, const fs::path& run) {
  const auto changed = differences(config_of(run / "last.ckpt"), config, harmless_keys);
  if (changed.empty()) return;
  throw Error(ErrorKind::config, (run / "resolved.toml").string() +
                                     ": changed since the checkpoint was written: " + joined(changed, "; ") +
                                     "; train anew for that (convoy train --out ANOTHER), or put it back");
}

void require_same_data(const DataSums& trained, const DataSums& sums, const std::string& path) {
  for (const auto& [file, sum] : trained) {
    const auto same = std::ranges::find(sums, file, &DataSums::value_type::first);
    if (same != sums.end() && same->second == sum) continue;
    throw Error(ErrorKind::data, path + ": not the data that the checkpoint was trained on: " + file +
                                     (same == sums.end() ? " is missing" : " has other contents"));
  }
}

}  // namespace convoy
