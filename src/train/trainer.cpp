#include "train/trainer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <utility>

#include "convoy/error.h"
#include "core/stopwatch.h"
#include "train/batch.h"

namespace convoy {
namespace {

std::vector<Stepper::Tensor> tensors_of(const Network& network) {
  std::vector<Stepper::Tensor> tensors;
  for (const Node& node : network.nodes()) {
    for (std::size_t i = 0; i < node.parameters.size(); ++i) {
      const TensorSlot& slot = node.parameters[i];
      tensors.push_back({slot.offset, slot.shape.size(), node.declaration.parameters[i], node.trainable});
    }
  }
  return tensors;
}

int outputs_of(const TrainingTask& task) { return static_cast<int>(task.network.shape_of(task.last_node()).size()); }

TrainingTask checked(TrainingTask task) {
  const int outputs = outputs_of(task);
  check_fits(task.train, task.network.input_shape(), outputs);
  if (task.validation.empty()) return task;
  task.validation = task.validation.with_classes(task.train.storage().class_names, outputs);
  check_fits(task.validation, task.network.input_shape(), outputs, "validation");
  return task;
}

LoaderOptions batches_of(const TrainingTask& task, const FitOptions& options) {
  return {.batch_size = options.batch_size,
          .shuffle = options.shuffle,
          .last_batch = options.last_batch,
          .seed = task.seed,
          .augmentation = options.augmentation,
          .classes = outputs_of(task)};
}

Monitor monitor_for(const TrainingTask& task, const FitOptions& options) {
  const bool has_validation = !task.validation.empty();
  const std::string by_default = has_validation ? "validation_accuracy" : "accuracy";
  Monitor monitor(options.monitor.value_or(by_default), options.min_delta);
  monitor.require(has_validation);
  return monitor;
}

constexpr std::size_t most_norms = 50;
constexpr int evaluation_batch = 16;  ///< results do not depend on it, memory does

std::string list_of(const std::vector<double>& norms) {
  std::string text;
  char number[32];
  for (const double norm : norms) {
    std::snprintf(number, sizeof number, " %.3g", std::abs(norm));  // the sign of a NaN says nothing
    text += number;
  }
  return text;
}

}  // namespace

Trainer::Trainer(TrainingTask task, const FitOptions& options)
    : task_(checked(std::move(task))),
      options_(options),
      batches_(batches_of(task_, options)),
      loader_(task_.train, task_.scaling, batches_),
      session_(task_.network, task_.weights, Mode::train, loader_.largest_batch(), task_.last_node(), task_.pool),
      optimizer_(task_.optimizer, tensors_of(task_.network), task_.network.parameter_floats(), task_.pool),
      schedule_(make_schedule(task_.schedule)),
      losses_(static_cast<std::size_t>(loader_.largest_batch())),
      monitor_(monitor_for(task_, options)),
      base_rate_(task_.optimizer.settings.number("learning_rate")),
      best_(task_.weights.copy()),
      states_before_(task_.weights.states.size()) {
  session_.check_training_batch(loader_.smallest_batch());
  gradient_norms_.reserve(most_norms);
  if (!task_.validation.empty()) {
    evaluator_.emplace(task_.network, task_.weights, task_.loss, task_.pool, evaluation_batch);
  }
  if (options.recalibrate > 0) {
    recalibrator_.emplace(task_.network, task_.pool, task_.train, task_.scaling,
                          RecalibrateOptions{options.recalibrate, options.batch_size}, task_.seed);
  }
}

Trainer::Outcome Trainer::run_epoch(const std::vector<Callback*>& callbacks) {
  loader_.start(static_cast<std::uint32_t>(progress_.epoch), progress_.batch);
  const double seconds_before = progress_.seconds;
  const Stopwatch watch;
  bool go_on = true;
  while (go_on) {
    const Batch* batch = loader_.next();
    if (batch == nullptr) break;
    train_step(*batch, callbacks);
    progress_.seconds = seconds_before + watch.seconds();
    log_steps(callbacks);
    const BatchLog log = batch_log();
    for (Callback* callback : callbacks) go_on = callback->on_batch_end(log) && go_on;
  }
  if (progress_.batch < loader_.batches() || !end_epoch(callbacks)) return Outcome::stopped;
  for (Callback* callback : callbacks) go_on = callback->on_epoch_end(progress_.history.back()) && go_on;
  return go_on ? Outcome::finished : Outcome::stopped;
}

void Trainer::train_step(const Batch& batch, const std::vector<Callback*>& callbacks) {
  std::ranges::copy(task_.weights.states.span(), states_before_.begin());
  StepObserver* observer = observer_ != nullptr && observer_->looks_at(progress_.step + 1) ? observer_ : nullptr;
  if (observer != nullptr) observer->before_step(session_);
  copy_inputs(batch, session_);
  session_.clear_gradients();
  session_.forward(batch.size, task_.seed, static_cast<std::uint32_t>(progress_.step));
  compute_losses(task_.loss, batch, session_, 1.0F / static_cast<float>(batch.size), losses_);
  session_.backward();
  double loss = std::accumulate(losses_.begin(), losses_.begin() + batch.size, 0.0);
  Stepper::Result step{.gradient_norm = loss};
  if (std::isfinite(loss)) {
    step = optimizer_.step(task_.weights.parameters.span(), session_.gradients(), learning_rate(progress_.step));
    loss += step.penalty * batch.size;
  }
  remember_norm(step.gradient_norm);
  const bool finite = std::isfinite(loss) && std::isfinite(step.gradient_norm);
  if (finite) {
    record(batch, loss);
  } else {
    give_up_step(batch, callbacks);
  }
  ++progress_.batch;
  ++progress_.step;
  if (observer == nullptr) return;
  observer->after_step(session_, {progress_.step, progress_.epoch + 1, batch.size, finite}, callbacks);
}

/// Unless options say, a short training is logged more often, so that its curves have some 150 points.
std::uint64_t Trainer::log_interval() const {
  if (options_.log_steps) return static_cast<std::uint64_t>(*options_.log_steps);
  constexpr std::uint64_t points = 150;
  constexpr std::uint64_t longest = 100;
  return std::clamp<std::uint64_t>(steps_of(options_.epochs) / points, 1, longest);
}

void Trainer::log_steps(const std::vector<Callback*>& callbacks) {
  const std::uint64_t interval = log_interval();
  if (interval == 0 || progress_.step % interval != 0) return;
  const Tally tally = std::exchange(progress_.since_log, {});
  if (tally.images == 0) return;  // all steps were given up
  StepsLog log{
      .step = progress_.step, .epoch = progress_.epoch + 1, .loss = tally.loss(), .accuracy = tally.accuracy()};
  log.learning_rate = learning_rate(progress_.step - 1);
  log.seconds = progress_.seconds;
  for (const EpochLog& epoch : progress_.history) log.seconds += epoch.seconds;
  for (Callback* callback : callbacks) callback->on_steps(log);
}

void Trainer::remember_norm(double norm) {
  if (gradient_norms_.size() == most_norms) gradient_norms_.erase(gradient_norms_.begin());
  gradient_norms_.push_back(norm);
}

void Trainer::record(const Batch& batch, double loss) {
  const std::size_t size = session_.output_shape().size();
  int correct = 0;
  for (int n = 0; n < batch.size; ++n) {
    const int expected = class_of(target_of(batch, n), static_cast<int>(size));
    if (argmax({session_.output()[n], size}) == expected) ++correct;
  }
  for (Tally* tally : {&progress_.of_epoch, &progress_.since_log}) {
    tally->loss_sum += loss;
    tally->correct += correct;
    tally->images += batch.size;
  }
  if (options_.on_nan == OnNan::skip) progress_.skipped = 0;
}

/// What is not finite in a step on this batch.
std::optional<NotFinite> Trainer::examine(const Batch& batch) const {
  return first_not_finite({task_.network, task_.weights, task_.loss, task_.pool}, batch,
                          {task_.last_node(), task_.seed, static_cast<std::uint32_t>(progress_.step)});
}

/// Loss and gradients do not show every infinity: relu6 makes 6 of it. So at an epoch's end a few samples are looked at
/// in full.
void Trainer::look_for_hidden_infinities() const {
  constexpr int few = 8;
  const int samples = std::min(few, task_.train.size());
  Loader loader(task_.train.slice(0, samples), task_.scaling, {.batch_size = samples});
  loader.start(0);
  if (const auto culprit = examine(*loader.next())) report_divergence(*culprit);
}

/// The parameters are as they were before this step.
void Trainer::give_up_step(const Batch& batch, const std::vector<Callback*>& callbacks) {
  std::ranges::copy(states_before_, task_.weights.states.data());
  const NotFinite culprit = examine(batch).value_or(NotFinite{"the norm of the gradients is not finite"});
  ++progress_.skipped;
  if (options_.on_nan == OnNan::stop || progress_.skipped >= most_skipped) report_divergence(culprit);
  std::string warning = "epoch " + std::to_string(progress_.epoch + 1) + ", step " +
                        std::to_string(progress_.step + 1) + ": " + culprit.what;
  if (options_.on_nan == OnNan::restore) {
    task_.weights.copy_from(best_);
    optimizer_.reset();
    warning += "; back to " + best_so_far();
  } else {
    warning += "; the step is skipped";
  }
  for (Callback* callback : callbacks) callback->on_warning(warning);
}

std::string Trainer::best_so_far() const {
  if (progress_.best_epoch == 0) return "the initial weights";
  return "the weights of epoch " + std::to_string(progress_.best_epoch);
}

void Trainer::report_divergence(const NotFinite& culprit) const {
  std::string message = "training diverged in epoch " + std::to_string(progress_.epoch + 1) + ", step " +
                        std::to_string(progress_.step + 1) + ": " + culprit.what;
  if (progress_.skipped > 1) {
    message +=
        ", in " + std::to_string(progress_.skipped) +
        (options_.on_nan == OnNan::skip ? " steps one after the other"
                                        : " steps of this epoch, each time after going back to " + best_so_far());
  }
  message += culprit.in_data ? "; mend the data, or leave such steps out with train.on_nan = \"skip\""
                             : "; lower optimizer.learning_rate or set optimizer.clip_norm";
  throw Error(ErrorKind::diverged, {message, "gradient norms of the last steps:" + list_of(gradient_norms_)});
}

/// False where a callback stopped the validation: a later call does all of this again, from the same weights.
bool Trainer::end_epoch(const std::vector<Callback*>& callbacks) {
  if (progress_.of_epoch.images == 0) report_divergence({"no step of the epoch was finite"});
  if (options_.on_nan == OnNan::stop) look_for_hidden_infinities();
  EpochLog log;
  log.epoch = progress_.epoch + 1;
  log.loss = progress_.of_epoch.loss();
  log.accuracy = progress_.of_epoch.accuracy();
  log.learning_rate = learning_rate(progress_.step - 1);
  log.seconds = progress_.seconds;
  log.images_per_second = progress_.of_epoch.images / progress_.seconds;
  log.step = progress_.step;
  if (recalibrator_) recalibrator_->run(task_.weights);
  if (evaluator_ && !validate(log, callbacks)) return false;
  schedule_->epoch_ended(log);
  progress_.history.push_back(log);
  ++progress_.epoch;
  progress_.batch = 0;
  progress_.skipped = 0;
  progress_.of_epoch = {};
  progress_.seconds = 0;
  judge(log);
  return true;
}

bool Trainer::validate(EpochLog& log, const std::vector<Callback*>& callbacks) {
  const int samples = task_.validation.size();
  const Evaluation validation = evaluator_->evaluate(task_.validation, task_.scaling, options_.top_k, [&](int done) {
    bool go_on = true;
    for (Callback* callback : callbacks) go_on = callback->on_evaluation({"validation", done, samples}) && go_on;
    return go_on;
  });
  if (validation.samples < samples) return false;
  if (!std::isfinite(validation.loss)) report_divergence({"the validation loss is not finite"});
  log.has_validation = true;
  log.validation_loss = validation.loss;
  log.validation_accuracy = validation.accuracy;
  return true;
}

/// Takes note of the best epoch.
void Trainer::judge(const EpochLog& log) {
  const Score score = monitor_.score(log);
  const bool first = progress_.best_epoch == 0;
  if (!first && !monitor_.is_better(score, {progress_.best_accuracy, progress_.best_loss})) return;
  progress_.best_epoch = log.epoch;
  progress_.best_accuracy = score.accuracy;
  progress_.best_loss = score.loss;
  best_.copy_from(task_.weights);
}

bool Trainer::out_of_patience() const {
  return progress_.epoch < options_.epochs && options_.patience > 0 && progress_.best_epoch > 0 &&
         progress_.epoch - progress_.best_epoch >= options_.patience;
}

TrainingState Trainer::state() {
  TrainingState state{progress_, schedule_->state(), optimizer_.steps(), {}};
  for (std::size_t i = 0; i < optimizer_.slot_names().size(); ++i) {
    state.slots.emplace_back(optimizer_.slot(i).begin(), optimizer_.slot(i).end());
  }
  return state;
}

void Trainer::go_on(const TrainingState& state) {
  const Progress& before = state.progress;
  progress_ = {.step = before.step, .epoch = before.epoch, .history = before.history};
  options_.epochs += before.epoch;
  if (!state.schedule.empty()) schedule_->restore(state.schedule);
  optimizer_.restore_steps(state.optimizer_steps);
  for (std::size_t i = 0; i < state.slots.size(); ++i) std::ranges::copy(state.slots[i], optimizer_.slot(i).begin());
}

double Trainer::learning_rate(std::uint64_t step, int epochs) const {
  return base_rate_ * schedule_->factor(step, steps_of(epochs));
}

std::uint64_t Trainer::steps_of(int epochs) const {
  return static_cast<std::uint64_t>(epochs) * static_cast<std::uint64_t>(loader_.batches());
}

BatchLog Trainer::batch_log() const {
  const Tally& tally = progress_.of_epoch;
  return {.epoch = progress_.epoch + 1,
          .epochs = options_.epochs,
          .batch = progress_.batch,
          .batches = loader_.batches(),
          .images = tally.images,
          .loss = tally.images > 0 ? tally.loss() : 0,
          .accuracy = tally.images > 0 ? tally.accuracy() : 0,
          .seconds = progress_.seconds};
}

}  // namespace convoy
