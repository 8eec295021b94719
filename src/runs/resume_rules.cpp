#include "runs/resume_rules.h"

#include <algorithm>
#include <vector>

#include "config/differences.h"
#include "convoy/error.h"
#include "convoy/run.h"
#include "io/data_sums.h"
#include "io/run_record.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// harmless_keys as one line of text.
std::string list_of_harmless_keys() {
  std::string all;
  for (const std::string& key : harmless_keys) all += (all.empty() ? "" : ", ") + key;
  return all;
}

}  // namespace

const std::vector<std::string> harmless_keys = {"train.epochs",
                                                "train.patience",
                                                "train.checkpoint_seconds",
                                                "train.log_steps",
                                                "train.top_k",
                                                "threads",
                                                "name",
                                                "data.path",
                                                "data.hint",
                                                "from"};

void require_harmless(const Config& config, const fs::path& run) {
  const auto changed = differences(load_config(run / "resolved.toml"), config, harmless_keys);
  if (changed.empty()) return;
  throw Error(ErrorKind::config, run.string() + ": " + first_of(changed) + ": a run that has begun may change " +
                                     list_of_harmless_keys() + " and [diagnostics]; train anew for another");
}

void require_nothing_to_lose(const fs::path& run) {
  const RunRecord record = read_run(run);
  const int epochs = std::max(static_cast<int>(record.history.size()), epochs_in_metrics(run));
  const bool has_model = fs::exists(run / "best.safetensors");
  const bool had_no_checkpoint = epochs == 1 || (epochs == 0 && !has_model);
  if (had_no_checkpoint && !record.outcome) return;
  throw Error(ErrorKind::data,
              (run / "last.ckpt").string() + ": is missing, and " + (epochs > 0 ? std::to_string(epochs) : "some") +
                  (epochs == 1 ? " epoch is" : " epochs are") + " done, which to begin anew would overwrite; put it " +
                  "back, or train elsewhere: convoy train " + (run / "resolved.toml").string() + " --out ANOTHER");
}

void require_same_config(const Config& config, const fs::path& run) {
  const auto changed = differences(config_of(run / "last.ckpt"), config, harmless_keys);
  if (changed.empty()) return;
  throw Error(ErrorKind::config, (run / "resolved.toml").string() +
                                     ": changed since the checkpoint was written: " + first_of(changed) +
                                     "; train anew for that (convoy train --out ANOTHER), or put it back");
}

void require_same_data(const DataSums& trained, const DataSums& sums, const std::string& path) {
  const std::string change = first_change(trained, sums);
  if (change.empty()) return;
  throw Error(ErrorKind::data, path + ": not the data that the checkpoint was trained on: " + change);
}

}  // namespace convoy
