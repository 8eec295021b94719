#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "convoy/diagnostics.h"
#include "convoy/metrics.h"
#include "convoy/shape.h"

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

/// The progress of training within an epoch, after a batch.
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

/// Training over train.log_steps steps within an epoch.
struct StepsLog {
  std::uint64_t step = 0;    ///< steps taken at the end
  int epoch = 0;             ///< under way, from 1
  double loss = 0;           ///< mean over these steps' images, with regularisation
  double accuracy = 0;       ///< of these steps' images, as they were trained
  double learning_rate = 0;  ///< of the last step
  double seconds = 0;        ///< of training since its beginning, validation apart
};

/// The progress of an evaluation.
struct EvaluationLog {
  std::string split;  ///< "validation" after each epoch, "test" at a run's end
  int done = 0;       ///< samples
  int samples = 0;    ///< in all
};

/// Sizes of the data and of the network that a configuration trains.
struct RunSetup {
  std::string data;  ///< where the samples are
  int training = 0;  ///< samples, as validation and test
  int validation = 0;
  int test = 0;
  Shape shape = {};  ///< of a sample
  int classes = 0;
  int layers = 0;
  std::int64_t parameters = 0;  ///< moving statistics included
};

/// What a run is about to train, on what and where.
struct RunStart {
  RunSetup setup;
  int threads = 0;
  std::string isa;
  std::filesystem::path folder;
  int epochs_done = 0;  ///< by the processes before this one
  int epochs = 0;
};

class Model;

/// Called in training. Returning false from a batch, an epoch or an evaluation stops training there, with everything
/// saved.
class Callback {
 public:
  virtual ~Callback() = default;
  /// Called before all else, for runs in a folder only.
  virtual void on_run_begin(const RunStart&) {}
  /// Called before the first step. The model is the one that is trained: in every later call it has its present
  /// weights.
  virtual void on_train_begin(Model&) {}
  virtual bool on_batch_end(const BatchLog&) { return true; }
  virtual bool on_epoch_end(const EpochLog&) { return true; }
  /// Called after each batch of an evaluation.
  virtual bool on_evaluation(const EvaluationLog&) { return true; }
  virtual void on_steps(const StepsLog&) {}
  /// Called every diagnostics.every steps, if that is not 0.
  virtual void on_diagnostics(const Diagnostics&) {}
  /// Called when something went wrong and training goes on: a step was skipped, a checkpoint could not be written.
  virtual void on_warning(const std::string&) {}
  /// Called for remarks where nothing is wrong: on files that the reader passed over (DataSplits::notes), an early
  /// stop.
  virtual void on_note(const std::string&) {}
  /// Called before each step; returns the learning rate to use, of which the schedule says `scheduled`. `step` counts
  /// from 0.
  virtual double learning_rate(double scheduled, std::uint64_t /*step*/) { return scheduled; }
  /// Called after each batch; true makes a run write its checkpoint now.
  virtual bool wants_checkpoint() { return false; }
};

}  // namespace convoy
