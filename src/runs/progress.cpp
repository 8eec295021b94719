#include "runs/progress.h"

#include <new>
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
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StoredProgress, progress, schedule_state, seconds, optimizer_steps)

namespace {

/// Adds the keys that checkpoints of older versions lack, with the values they stood for.
void add_missing_keys(nlohmann::json& object) {
  if (!object.is_object()) return;
  object.emplace("seconds", 0);
  object.emplace("optimizer_steps", object.value(nlohmann::json::json_pointer("/progress/step"), std::uint64_t{0}));
}

}  // namespace

std::string progress_json(const StoredProgress& stored) { return json_text(nlohmann::json(stored)); }

StoredProgress parse_progress(const std::string& json, const std::string& where) {
  try {
    guard_json(json);
    auto object = nlohmann::json::parse(json);
    add_missing_keys(object);
    auto stored = object.get<StoredProgress>();
    const Progress& progress = stored.progress;
    const bool sane = progress.epoch >= 0 && progress.batch >= 0 && progress.of_epoch.images >= 0 &&
                      progress.since_log.images >= 0 &&
                      progress.history.size() == static_cast<std::size_t>(progress.epoch) && progress.best_epoch >= 0 &&
                      progress.best_epoch <= progress.epoch && stored.seconds >= 0;
    if (sane) return stored;
  } catch (const std::bad_alloc&) {
    throw;  // no fault of the file
  } catch (const std::exception&) {
    // reported below
  }
  throw Error(ErrorKind::data, where + ": damaged metadata: \"progress\"");
}

}  // namespace convoy
