#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "convoy/callbacks.h"
#include "convoy/dataset.h"
#include "convoy/fit_options.h"
#include "convoy/settings.h"
#include "data/loader.h"
#include "graph/session.h"
#include "loss/loss.h"
#include "optim/schedule.h"
#include "optim/stepper.h"
#include "train/average.h"
#include "train/divergence.h"
#include "train/evaluator.h"
#include "train/monitor.h"
#include "train/recalibrate.h"
#include "train/step_observer.h"
#include "train/training_task.h"

namespace convoy {

/// Sums over some steps of training.
struct Tally {
  double loss_sum = 0;  ///< over the images, regularisation included
  int correct = 0;
  int images = 0;

  double loss() const { return loss_sum / images; }
  double accuracy() const { return static_cast<double>(correct) / images; }
};

/// How far a training is. A checkpoint holds this, the weights and the optimizer's slots.
struct Progress {
  std::uint64_t step = 0;  ///< steps taken
  int epoch = 0;           ///< complete epochs
  int batch = 0;           ///< batches trained of the epoch under way
  Tally of_epoch = {};     ///< the epoch under way
  Tally since_log = {};    ///< the steps since the last StepsLog
  double seconds = 0;      ///< spent training in that epoch
  int skipped = 0;         ///< steps given up as not finite: those in a row, with "restore" those of this epoch
  History history = {};
  int best_epoch = 0;  ///< from 1; 0: none yet
  double best_accuracy = 0;
  double best_loss = 0;
};

/// All that a training continues from, except the weights of the model.
struct TrainingState {
  Progress progress = {};
  std::vector<double> schedule = {};
  std::uint64_t optimizer_steps = 0;
  std::vector<std::vector<float>> slots = {};  ///< of the optimizer
  std::vector<float> parameters = {};  ///< where weights are averaged, those that the optimizer moves; else empty
  std::vector<float> states = {};      ///< the moving statistics that belong to `parameters`
  std::vector<float> average = {};     ///< the averaged parameters
};

/// The training loop, epoch by epoch.
class Trainer {
 public:
  /// `options` must have been checked; the validation samples are in the task. Throws Error where data and network do
  /// not fit.
  Trainer(TrainingTask task, const FitOptions& options);

  enum class Outcome {
    finished,  ///< the epoch is complete and in the history
    stopped,   ///< a callback asked to stop within the epoch or its validation; progress() stands there
  };
  /// Trains (the rest of) the next epoch and validates. Moves the weights, progress() and, for a better epoch, best().
  /// Throws Error{diverged} when a loss or gradient is not finite. With on_nan "skip" it throws after most_skipped such
  /// steps in a row, with "restore" after as many in one epoch, since a run that goes in circles has finite steps too.
  Outcome run_epoch(const std::vector<Callback*>& callbacks);
  static constexpr int most_skipped = 20;

  /// Whether all epochs are done or patience has run out.
  bool done() const { return progress_.epoch >= options_.epochs || out_of_patience(); }
  /// Whether training ends before its last epoch, since the last options.patience epochs were no better.
  bool out_of_patience() const;
  /// From now on `observer` is called for the steps that it wants. It must outlive the trainer.
  void observe(StepObserver& observer) { observer_ = &observer; }
  /// The schedule's learning rate for step 0, 1, ... of a training of so many epochs.
  double learning_rate(std::uint64_t step, int epochs) const;
  const TrainingTask& task() const { return task_; }
  const LoaderOptions& batches() const { return batches_; }
  const Progress& progress() const { return progress_; }
  void restore(const Progress& progress) { progress_ = progress; }
  /// A copy of what continue_from() needs.
  TrainingState state();
  /// Restores step, epoch, history, schedule and optimizer from `state`, and the parameters where they are averaged;
  /// the epochs to train are added to those of `state`. The network and the optimizer must be the same. Which epoch is
  /// the best is judged anew; of an incomplete epoch only the steps count.
  void continue_from(const TrainingState& state);
  Schedule& schedule() { return *schedule_; }
  Stepper& optimizer() { return optimizer_; }
  Session& session() { return session_; }
  /// The best epoch's weights; before the first epoch ends, the weights that training started from.
  Weights& best() { return best_; }
  /// The weights that are validated and kept: the trained ones, or their average if options.average is set.
  Weights& trained() { return trained_weights(); }
  /// Where weights are averaged, their average; else empty. For checkpoints.
  std::span<float> average() { return average_ ? average_->values() : std::span<float>{}; }
  /// Gradient norms of the last 50 steps, oldest first; not finite for a step that was skipped.
  const std::vector<double>& gradient_norms() const { return gradient_norms_; }
  /// The gradients of the last step, after regularisation and clipping; laid out as Weights::parameters.
  std::span<const float> gradients() { return session_.gradients(); }

 private:
  void train_step(const std::vector<Callback*>& callbacks);
  Stepper::Result descend(Tally& tally, double rate);
  double asked_rate(const std::vector<Callback*>& callbacks) const;
  void add_gradients(const Batch& batch, int batches, Tally& tally);
  void count_step(const Tally& tally);
  std::uint64_t log_interval() const;
  void log_steps(const std::vector<Callback*>& callbacks);
  void remember_norm(double norm);
  std::uint32_t pass_number(int batch) const;
  std::optional<NotFinite> examine(const Batch& batch, std::uint32_t pass) const;
  void check_for_hidden_infinities() const;
  void give_up_step(const NotFinite& culprit, const std::vector<Callback*>& callbacks);
  Weights& trained_weights();
  [[noreturn]] void report_divergence(const NotFinite& culprit) const;
  bool end_epoch(const std::vector<Callback*>& callbacks);
  bool validate(EpochLog& log, const std::vector<Callback*>& callbacks);
  void judge(const EpochLog& log);
  std::string name_of_best() const;
  double learning_rate(std::uint64_t step) const { return learning_rate(step, options_.epochs); }
  std::uint64_t steps_of(int epochs) const;
  BatchLog batch_log() const;

  TrainingTask task_;
  FitOptions options_;
  LoaderOptions batches_;
  Loader loader_;
  Session session_;
  Stepper optimizer_;
  std::unique_ptr<Schedule> schedule_;
  std::optional<Evaluator> evaluator_;
  StepObserver* observer_ = nullptr;
  std::optional<Recalibrator> recalibrator_;
  std::vector<double> losses_;  ///< of the batch's samples
  std::vector<float> class_weights_;
  std::optional<MovingAverage> average_;
  std::optional<Weights> averaged_;  ///< averaged parameters at the last epoch's end, with their moving statistics
  Monitor monitor_;
  double base_rate_;                 ///< the optimizer's own learning rate
  std::optional<double> last_rate_;  ///< of the last step, if this trainer has taken one
  Progress progress_;
  Weights best_;
  std::vector<float> states_before_;  ///< the moving statistics before a step, which may have to be given up
  std::vector<double> gradient_norms_;
};

}  // namespace convoy
