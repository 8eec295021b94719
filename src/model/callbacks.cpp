#include <utility>

#include "convoy/model.h"
#include "convoy/training_callbacks.h"
#include "io/atomic_file.h"
#include "io/run_folder.h"
#include "train/monitor.h"

namespace convoy {
namespace {

/// If an epoch is better than `best`, or the first, sets `best` to it and returns true. Throws Error{config} where a
/// validation metric is monitored but nothing validated.
bool becomes_best(std::optional<EpochLog>& best, const EpochLog& log, const Monitor& monitor) {
  monitor.require(log.has_validation);
  if (best && !monitor.is_better(monitor.score(log), monitor.score(*best))) return false;
  best = log;
  return true;
}

}  // namespace

EarlyStopping::EarlyStopping(const Options& options) : options_(options) {
  Monitor{options.monitor};  // checks the name
}

void EarlyStopping::on_train_begin(Model&) { best_.reset(); }

bool EarlyStopping::on_epoch_end(const EpochLog& log) {
  if (becomes_best(best_, log, Monitor(options_.monitor, options_.min_delta))) return true;
  return log.epoch - best_->epoch < options_.patience;
}

ModelCheckpoint::ModelCheckpoint(const Options& options) : options_(options) { Monitor{options.monitor}; }

void ModelCheckpoint::on_train_begin(Model& model) {
  model_ = &model;
  best_.reset();
}

bool ModelCheckpoint::on_epoch_end(const EpochLog& log) {
  if (!options_.save_best_only || becomes_best(best_, log, Monitor(options_.monitor))) model_->save(options_.file);
  return true;
}

CsvLogger::CsvLogger(std::filesystem::path file) : file_(std::move(file)) {}

void CsvLogger::on_train_begin(Model&) { history_.clear(); }

bool CsvLogger::on_epoch_end(const EpochLog& log) {
  history_.push_back(log);
  write_file_atomically(file_, metrics_csv(history_));
  return true;
}

}  // namespace convoy
