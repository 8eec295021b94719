#include "train/trainer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "convoy/error.h"
#include "convoy/number_text.h"
#include "core/stopwatch.h"
#include "train/batch.h"
#include "train/class_weights.h"

namespace convoy {
namespace {

/// Place and declaration of every parameter, as the Stepper takes them.
std::vector<Stepper::Tensor> tensors_of(const Network& network) {
  std::vector<Stepper::Tensor> tensors;
  for (const Node& node : network.nodes()) {
    for (std::size_t i = 0; i < node.parameters.size(); ++i) {
      const TensorPlace& place = node.parameters[i];
      tensors.push_back({place.offset, place.shape.size(), node.declaration.parameters[i], node.trainable});
    }
  }
  return tensors;
}

/// The size of the output that the loss takes.
int outputs_of(const TrainingTask& task) { return static_cast<int>(task.network.shape_of(task.last_node()).size()); }

/// The task with the validation samples' classes numbered as in training. Throws Error{data} where data and network do
/// not fit.
TrainingTask checked(TrainingTask task) {
  const int outputs = outputs_of(task);
  check_fits(task.train, task.network.input_shape(), outputs);
  if (task.validation.empty()) return task;
  task.validation = task.validation.with_classes(task.train.storage().class_names, outputs);
  check_fits(task.validation, task.network.input_shape(), outputs, "validation");
  return task;
}

/// How the training samples are put into batches.
LoaderOptions batches_of(const TrainingTask& task, const FitOptions& options) {
  return {.batch_size = options.batch_size,
          .shuffle = options.shuffle,
          .last_batch = options.last_batch,
          .seed = task.seed,
          .augmentation = options.augmentation,
          .classes = outputs_of(task)};
}

/// The monitor of the options; by default of the accuracy, on the validation samples if there are any. Throws
/// Error{config}.
Monitor monitor_for(const TrainingTask& task, const FitOptions& options) {
  const bool has_validation = !task.validation.empty();
  const std::string by_default = has_validation ? "validation_accuracy" : "accuracy";
  Monitor monitor(options.monitor.value_or(by_default), options.min_delta);
  monitor.require(has_validation);
  return monitor;
}

/// How many images recalibrate the moving statistics after each epoch; 0 for none. Averaged weights need it, since
/// training computes no moving statistics for them.
int recalibrated_images(const TrainingTask& task, const FitOptions& options) {
  if (options.recalibrate > 0 || options.average == 0) return options.recalibrate;
  return has_trained_batch_norm(task.network) ? RecalibrateOptions{}.images : 0;
}

constexpr std::size_t most_norms = 50;  ///< gradient norms that are kept
constexpr int evaluation_batch = 16;    ///< results do not depend on it, memory does

/// " 0.5 1.2 inf": three digits each.
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
      session_(task_.network, task_.weights, Mode::train, loader_.largest_batch(), task_.last_node(), task_.pool,
               Retain::nothing, options.groups),
      optimizer_(task_.optimizer, tensors_of(task_.network), task_.network.parameter_floats(), task_.pool),
      schedule_(make_schedule(task_.schedule)),
      losses_(static_cast<std::size_t>(loader_.largest_batch())),
      class_weights_(class_weights(options.class_weights, task_.train, outputs_of(task_))),
      monitor_(monitor_for(task_, options)),
      base_rate_(task_.optimizer.settings.number("learning_rate")),
      best_(task_.weights.copy()),
      states_before_(task_.weights.states.size()) {
  session_.check_training_batch(loader_.smallest_batch());
  gradient_norms_.reserve(most_norms);
  if (options.average > 0) {
    average_.emplace(options.average, task_.weights.parameters.span(), task_.pool);
    averaged_.emplace(task_.weights.copy());
  }
  if (!task_.validation.empty()) {
    evaluator_.emplace(task_.network, trained_weights(), task_.loss, task_.pool, evaluation_batch);
    evaluator_->count_penalties(options.evaluation_penalties);
  }
  if (const int images = recalibrated_images(task_, options); images > 0) {
    recalibrator_.emplace(task_.network, task_.pool, task_.train, task_.scaling,
                          RecalibrateOptions{images, options.batch_size}, task_.seed, options.groups);
  }
}

Trainer::Outcome Trainer::run_epoch(const std::vector<Callback*>& callbacks) {
  loader_.start(static_cast<std::uint32_t>(progress_.epoch), progress_.batch);
  const double seconds_before = progress_.seconds;
  const Stopwatch watch;
  bool keep_going = true;
  while (keep_going && progress_.batch < loader_.batches()) {
    train_step(callbacks);
    progress_.seconds = seconds_before + watch.seconds();
    log_steps(callbacks);
    const BatchLog log = batch_log();
    for (Callback* callback : callbacks) keep_going = callback->on_batch_end(log) && keep_going;
  }
  if (progress_.batch < loader_.batches() || !end_epoch(callbacks)) return Outcome::stopped;
  for (Callback* callback : callbacks) keep_going = callback->on_epoch_end(progress_.history.back()) && keep_going;
  return keep_going ? Outcome::finished : Outcome::stopped;
}

/// Takes one step on options.accumulate batches: moves weights and progress_, and calls the observer. A step with a
/// value that is not finite is given up.
void Trainer::train_step(const std::vector<Callback*>& callbacks) {
  std::ranges::copy(task_.weights.states.span(), states_before_.begin());
  StepObserver* observer = observer_ != nullptr && observer_->wants_step(progress_.step + 1) ? observer_ : nullptr;
  if (observer != nullptr) observer->before_step(session_);
  session_.clear_gradients();
  const int batches = std::min(options_.accumulate, loader_.batches() - progress_.batch);
  Tally tally;
  std::optional<NotFinite> culprit;
  const Batch* batch = nullptr;
  for (int i = 0; i < batches; ++i) {
    batch = loader_.next();
    add_gradients(*batch, batches, tally);
    if (!culprit && !std::isfinite(tally.loss_sum)) {
      std::ranges::copy(states_before_, task_.weights.states.data());
      culprit = examine(*batch, pass_number(i)).value_or(NotFinite{"the loss is not finite"});
    }
    ++progress_.batch;
  }
  last_rate_ = asked_rate(callbacks);
  const Stepper::Result step = culprit ? Stepper::Result{.gradient_norm = tally.loss_sum} : descend(tally, *last_rate_);
  remember_norm(step.gradient_norm);
  if (!culprit && !std::isfinite(step.gradient_norm)) {
    std::ranges::copy(states_before_, task_.weights.states.data());
    culprit = examine(*batch, pass_number(batches - 1)).value_or(NotFinite{"the norm of the gradients is not finite"});
  }
  if (culprit) {
    give_up_step(*culprit, callbacks);
  } else {
    count_step(tally);
  }
  ++progress_.step;
  if (observer == nullptr) return;
  observer->after_step(session_, {progress_.step, progress_.epoch + 1, tally.images, !culprit}, callbacks);
}

/// The learning rate of the next step: the schedule's, unless a callback asks for another. Throws Error{config} for one
/// that is negative or not finite.
double Trainer::asked_rate(const std::vector<Callback*>& callbacks) const {
  double rate = learning_rate(progress_.step);
  for (Callback* callback : callbacks) rate = callback->learning_rate(rate, progress_.step);
  if (std::isfinite(rate) && rate >= 0) return rate;
  throw Error(ErrorKind::config, "a callback asks for a learning rate of " + shortest(rate) + " at step " +
                                     std::to_string(progress_.step) + ", expected a finite one of at least 0");
}

/// Lets the optimizer move the weights by the session's gradients and updates their average. Adds the regularisation
/// penalty to tally.loss_sum.
Stepper::Result Trainer::descend(Tally& tally, double rate) {
  const std::span<float> parameters = task_.weights.parameters.span();
  const Stepper::Result step = optimizer_.step(parameters, session_.gradients(), rate);
  tally.loss_sum += step.penalty * tally.images;
  if (average_ && std::isfinite(step.gradient_norm)) average_->add(parameters, optimizer_.steps());
  return step;
}

/// Runs one of the `batches` of a step forward and backward: adds its share to the session's gradients, and its losses,
/// hits and images to `tally`.
void Trainer::add_gradients(const Batch& batch, int batches, Tally& tally) {
  copy_inputs(batch, session_);
  session_.forward(batch.size, task_.seed, pass_number(progress_.batch % options_.accumulate));
  const float scale = 1.0F / static_cast<float>(batch.size * batches);
  compute_losses(task_.loss, batch, session_, scale, losses_, class_weights_);
  session_.backward();
  tally.loss_sum += session_.groups().sum(losses_.data());
  tally.images += batch.size;
  const std::size_t size = session_.output_shape().size();
  for (int n = 0; n < batch.size; ++n) {
    const int expected = class_of(target_of(batch, n), static_cast<int>(size));
    if (argmax({session_.output()[n], size}) == expected) ++tally.correct;
  }
}

/// The number that determines the random numbers of a pass: `batch` counts the batches of the present step.
std::uint32_t Trainer::pass_number(int batch) const {
  return static_cast<std::uint32_t>(progress_.step * static_cast<std::uint64_t>(options_.accumulate)) +
         static_cast<std::uint32_t>(batch);
}

/// Adds a step that was taken to the sums of the epoch and since the last log; with "skip" it ends a row of skipped
/// steps.
void Trainer::count_step(const Tally& tally) {
  for (Tally* sum : {&progress_.of_epoch, &progress_.since_log}) {
    sum->loss_sum += tally.loss_sum;
    sum->correct += tally.correct;
    sum->images += tally.images;
  }
  if (options_.on_nan == OnNan::skip) progress_.skipped = 0;
}

/// Steps from one StepsLog to the next: options.log_steps, else 1 to 100, so that a short training has some 150 logs. 0
/// for none.
std::uint64_t Trainer::log_interval() const {
  if (options_.log_steps) return static_cast<std::uint64_t>(*options_.log_steps);
  constexpr std::uint64_t points = 150;
  constexpr std::uint64_t longest = 100;
  return std::clamp<std::uint64_t>(steps_of(options_.epochs) / points, 1, longest);
}

/// Sends a StepsLog to the callbacks if it is due, and clears progress_.since_log.
void Trainer::log_steps(const std::vector<Callback*>& callbacks) {
  const std::uint64_t interval = log_interval();
  if (interval == 0 || progress_.step % interval != 0) return;
  const Tally tally = std::exchange(progress_.since_log, {});
  if (tally.images == 0) return;  // all steps were given up
  StepsLog log{
      .step = progress_.step, .epoch = progress_.epoch + 1, .loss = tally.loss(), .accuracy = tally.accuracy()};
  log.learning_rate = last_rate_.value_or(learning_rate(progress_.step - 1));
  log.seconds = progress_.seconds;
  for (const EpochLog& epoch : progress_.history) log.seconds += epoch.seconds;
  for (Callback* callback : callbacks) callback->on_steps(log);
}

/// Appends to gradient_norms_, dropping the oldest of 50.
void Trainer::remember_norm(double norm) {
  if (gradient_norms_.size() == most_norms) gradient_norms_.erase(gradient_norms_.begin());
  gradient_norms_.push_back(norm);
}

/// Repeats a pass on this batch with the present weights; see first_not_finite.
std::optional<NotFinite> Trainer::examine(const Batch& batch, std::uint32_t pass) const {
  return first_not_finite({task_.network, task_.weights, task_.loss, task_.pool, options_.groups}, batch,
                          {task_.last_node(), task_.seed, pass});
}

/// Examines all tensors of a pass on the first 8 training samples, since loss and gradients do not show every infinity:
/// relu6 turns it into 6. Throws Error{diverged}.
void Trainer::check_for_hidden_infinities() const {
  constexpr int few = 8;
  const int samples = std::min(few, task_.train.size());
  Loader loader(task_.train.slice(0, samples), task_.scaling, {.batch_size = samples});
  loader.start(0);
  if (const auto culprit = examine(*loader.next(), static_cast<std::uint32_t>(progress_.step)))
    report_divergence(*culprit);
}

/// Puts the moving statistics back (the parameters did not move), counts the skipped step and warns the callbacks; with
/// "restore" it goes back to the best weights and resets optimizer and average. Throws Error{diverged} where on_nan is
/// "stop" or too many steps were skipped.
void Trainer::give_up_step(const NotFinite& culprit, const std::vector<Callback*>& callbacks) {
  std::ranges::copy(states_before_, task_.weights.states.data());
  ++progress_.skipped;
  if (options_.on_nan == OnNan::stop || progress_.skipped >= most_skipped) report_divergence(culprit);
  std::string warning = "epoch " + std::to_string(progress_.epoch + 1) + ", step " +
                        std::to_string(progress_.step + 1) + ": " + culprit.what;
  if (options_.on_nan == OnNan::restore) {
    task_.weights.copy_from(best_);
    optimizer_.reset();
    if (average_) average_->reset(best_.parameters.span());
    warning += "; back to " + name_of_best();
  } else {
    warning += "; the step is skipped";
  }
  for (Callback* callback : callbacks) callback->on_warning(warning);
}

/// "the weights of epoch 3"
std::string Trainer::name_of_best() const {
  if (progress_.best_epoch == 0) return "the initial weights";
  return "the weights of epoch " + std::to_string(progress_.best_epoch);
}

/// Throws Error{diverged} that says where, why and what to change.
void Trainer::report_divergence(const NotFinite& culprit) const {
  std::string message = "training diverged in epoch " + std::to_string(progress_.epoch + 1) + ", step " +
                        std::to_string(progress_.step + 1) + ": " + culprit.what;
  if (progress_.skipped > 1) {
    message +=
        ", in " + std::to_string(progress_.skipped) +
        (options_.on_nan == OnNan::skip ? " steps one after the other"
                                        : " steps of this epoch, each time after going back to " + name_of_best());
  }
  message += culprit.in_data ? "; mend the data, or leave such steps out with train.on_nan = \"skip\""
                             : "; lower optimizer.learning_rate or set optimizer.clip_norm";
  throw Error(ErrorKind::diverged, {message, "gradient norms of the last steps:" + list_of(gradient_norms_)});
}

/// Averages, recalibrates and validates, then adds the epoch to the history, judges it and clears the sums of the
/// epoch. Returns false where a callback stopped the validation: nothing is added then, and a later call begins again.
/// Throws Error{diverged}.
bool Trainer::end_epoch(const std::vector<Callback*>& callbacks) {
  if (progress_.of_epoch.images == 0) report_divergence({"no step of the epoch was finite"});
  session_.forget_activations();  // room for those of the sessions that examine and evaluate
  if (options_.on_nan == OnNan::stop) check_for_hidden_infinities();
  EpochLog log;
  log.epoch = progress_.epoch + 1;
  log.loss = progress_.of_epoch.loss();
  log.accuracy = progress_.of_epoch.accuracy();
  log.learning_rate = last_rate_.value_or(learning_rate(progress_.step - 1));
  log.seconds = progress_.seconds;
  log.images_per_second = progress_.of_epoch.images / progress_.seconds;
  log.step = progress_.step;
  if (averaged_) {
    averaged_->copy_from(task_.weights);
    std::ranges::copy(average_->values(), averaged_->parameters.data());
  }
  if (recalibrator_) recalibrator_->run(trained_weights());
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

/// Evaluates the validation samples into `log`, telling the callbacks. Returns false where one stopped it. Throws
/// Error{diverged} for a loss that is not finite.
bool Trainer::validate(EpochLog& log, const std::vector<Callback*>& callbacks) {
  const int samples = task_.validation.size();
  const Evaluation validation = evaluator_->evaluate(task_.validation, task_.scaling, options_.top_k, [&](int done) {
    bool keep_going = true;
    for (Callback* callback : callbacks)
      keep_going = callback->on_evaluation({"validation", done, samples}) && keep_going;
    return keep_going;
  });
  if (validation.samples < samples) return false;
  if (!std::isfinite(validation.loss)) report_divergence({"the validation loss is not finite"});
  log.has_validation = true;
  log.validation_loss = validation.loss;
  log.validation_accuracy = validation.accuracy;
  return true;
}

/// Where an epoch is the best so far, keeps its number, score and weights.
void Trainer::judge(const EpochLog& log) {
  const Score score = monitor_.score(log);
  const bool first = progress_.best_epoch == 0;
  if (!first && !monitor_.is_better(score, {progress_.best_accuracy, progress_.best_loss})) return;
  progress_.best_epoch = log.epoch;
  progress_.best_accuracy = score.accuracy;
  progress_.best_loss = score.loss;
  best_.copy_from(trained_weights());
}

bool Trainer::out_of_patience() const {
  return progress_.epoch < options_.epochs && options_.patience > 0 && progress_.best_epoch > 0 &&
         progress_.epoch - progress_.best_epoch >= options_.patience;
}

TrainingState Trainer::state() {
  TrainingState state{.progress = progress_, .schedule = schedule_->state(), .optimizer_steps = optimizer_.steps()};
  for (std::size_t i = 0; i < optimizer_.slot_names().size(); ++i) {
    state.slots.emplace_back(optimizer_.slot(i).begin(), optimizer_.slot(i).end());
  }
  if (!average_) return state;
  const auto copy = [](std::span<const float> values) { return std::vector<float>(values.begin(), values.end()); };
  state.parameters = copy(task_.weights.parameters.span());
  state.states = copy(task_.weights.states.span());
  state.average = copy(average_->values());
  return state;
}

void Trainer::continue_from(const TrainingState& state) {
  const Progress& before = state.progress;
  progress_ = {.step = before.step, .epoch = before.epoch, .history = before.history};
  options_.epochs += before.epoch;
  if (!state.schedule.empty()) schedule_->restore(state.schedule);
  optimizer_.restore_steps(state.optimizer_steps);
  for (std::size_t i = 0; i < state.slots.size(); ++i) std::ranges::copy(state.slots[i], optimizer_.slot(i).begin());
  if (!average_ || state.average.empty()) return;
  std::ranges::copy(state.parameters, task_.weights.parameters.data());
  std::ranges::copy(state.states, task_.weights.states.data());
  average_->reset(state.average);
}

double Trainer::learning_rate(std::uint64_t step, int epochs) const {
  return base_rate_ * schedule_->factor({.step = step, .total = steps_of(epochs), .steps_an_epoch = steps_of(1)});
}

/// Steps in so many epochs.
std::uint64_t Trainer::steps_of(int epochs) const {
  const int an_epoch = (loader_.batches() + options_.accumulate - 1) / options_.accumulate;
  return static_cast<std::uint64_t>(epochs) * static_cast<std::uint64_t>(an_epoch);
}

Weights& Trainer::trained_weights() { return averaged_ ? *averaged_ : task_.weights; }

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
