#include "train/progress.h"

#include <nlohmann/json.hpp>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "io/json_guard.h"

namespace convoy {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(EpochLog, epoch, loss, accuracy, validation_loss, validation_accuracy,
                                   has_validation, learning_rate, seconds, images_per_second, step)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Tally, loss_sum, correct, images)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Progress, step, epoch, batch, of_epoch, since_log, seconds, skipped, history,
                                   best_epoch, best_accuracy, best_loss)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StoredProgress, progress, schedule_state)

std::string progress_json(const Progress& progress, const std::vector<double>& schedule_state) {
  return json_text(nlohmann::json(StoredProgress{progress, schedule_state}));
}

StoredProgress parse_progress(const std::string& json, const std::string& where) {
  try {
    guard_json(json);
    auto stored = nlohmann::json::parse(json).get<StoredProgress>();
    const Progress& progress = stored.progress;
    const bool sane = progress.epoch >= 0 && progress.batch >= 0 && progress.of_epoch.images >= 0 &&
                      progress.since_log.images >= 0 &&
                      progress.history.size() == static_cast<std::size_t>(progress.epoch) && progress.best_epoch >= 0 &&
                      progress.best_epoch <= progress.epoch;
    if (sane) return stored;
  } catch (const std::exception&) {
    // reported below
  }
  throw Error(ErrorKind::data, where + ": damaged metadata: \"progress\"");
}

}  // namespace convoy
