#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "convoy/diagnostics.h"
#include "convoy/metrics.h"

namespace convoy {

/// One epoch's line in the history.
struct EpochLog {
  int epoch = 0;               ///< from 1
  double loss = 0;             ///< mean over the epoch's batches, with regularisation
  double accuracy = 0;         ///< of the training batches, as they were trained
  double validation_loss = 0;  ///< only meaningful if has_validation
  double validation_accuracy = 0;
  bool has_validation = false;
  double learning_rate = 0;  ///< at the epoch's last step
  double seconds = 0;        ///< of training, validation apart
  double images_per_second = 0;
  std::uint64_t step = 0;  ///< steps taken when the epoch ended
};

using History = std::vector<EpochLog>;

/// Where training stands within an epoch.
struct BatchLog {
  int epoch = 0;  ///< from 1
  int epochs = 0;
  int batch = 0;  ///< from 1
  int batches = 0;
  int images = 0;       ///< trained in this epoch so far
  double loss = 0;      ///< running mean over the epoch
  double accuracy = 0;  ///< running mean over the epoch
  double seconds = 0;   ///< since the epoch began
};

/// Training between two moments within an epoch, train.log_steps steps apart.
struct StepsLog {
  std::uint64_t step = 0;    ///< steps taken at the end
  int epoch = 0;             ///< under way, from 1
  double loss = 0;           ///< mean over these steps' images, with regularisation
  double accuracy = 0;       ///< of these steps' images, as they were trained
  double learning_rate = 0;  ///< of the last step
  double seconds = 0;        ///< of training since its beginning, validation apart
};

class Model;

/// Called in training. Returning false from a batch or an epoch stops training after it, with everything saved.
class Callback {
 public:
  virtual ~Callback() = default;
  /// Before the first step. The model is the one that is trained, with its present weights whenever something is
  /// called.
  virtual void on_train_begin(Model&) {}
  virtual bool on_batch_end(const BatchLog&) { return true; }
  virtual bool on_epoch_end(const EpochLog&) { return true; }
  virtual void on_steps(const StepsLog&) {}
  /// Every diagnostics.every steps, where a configuration asks for them.
  virtual void on_diagnostics(const Diagnostics&) {}
  /// Before the first step, for each line of what a run passes over or decides: DataSplits::notes.
  virtual void on_note(const std::string&) {}
  /// Something went wrong and training goes on: a step that was skipped, a checkpoint that could not be written.
  virtual void on_warning(const std::string&) {}
  /// Asked after each batch: true to have a run write its checkpoint now.
  virtual bool wants_checkpoint() { return false; }
};

}  // namespace convoy
