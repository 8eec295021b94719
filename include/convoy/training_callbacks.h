#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "convoy/callbacks.h"

/// Callbacks for `FitOptions::callbacks` and `RunOptions::callbacks`, named as Keras's. What they monitor is
/// "validation_loss", "validation_accuracy", "loss" or "accuracy"; another name throws Error{config}, and so does,
/// after the first epoch, a validation metric where nothing is validated.
namespace convoy {

/// Stops training when the monitored number no longer improves. FitOptions::monitor and
/// restore_best say which weights stay.
class EarlyStopping final : public Callback {
 public:
  struct Options {
    std::string monitor = "validation_loss";
    int patience = 5;      ///< stop after so many epochs in a row without a better one
    double min_delta = 0;  ///< smaller improvements do not count
  };

  explicit EarlyStopping(const Options& options);
  void on_train_begin(Model& model) override;
  bool on_epoch_end(const EpochLog& log) override;

 private:
  Options options_;
  std::optional<EpochLog> best_;
};

/// Saves the model after each epoch, or after each that is better than all before. The file is replaced atomically.
class ModelCheckpoint final : public Callback {
 public:
  struct Options {
    std::filesystem::path file;
    std::string monitor = "validation_loss";
    bool save_best_only = false;
  };

  explicit ModelCheckpoint(const Options& options);
  void on_train_begin(Model& model) override;
  bool on_epoch_end(const EpochLog& log) override;

 private:
  Options options_;
  Model* model_ = nullptr;
  std::optional<EpochLog> best_;
};

/// Rewrites a file after each epoch with all epochs so far, in the format of a run's metrics.csv.
class CsvLogger final : public Callback {
 public:
  explicit CsvLogger(std::filesystem::path file);
  void on_train_begin(Model& model) override;
  bool on_epoch_end(const EpochLog& log) override;

 private:
  std::filesystem::path file_;
  History history_;
};

}  // namespace convoy
