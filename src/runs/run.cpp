#include "convoy/run.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <utility>

#include "config/stored.h"
#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "convoy/machine.h"
#include "convoy/number_text.h"
#include "core/stopwatch.h"
#include "core/text.h"
#include "data/stratify.h"
#include "diagnose/evaluation_gap.h"
#include "graph/network.h"
#include "io/checkpoint.h"
#include "io/data_sums.h"
#include "io/run_folder.h"
#include "io/run_record.h"
#include "kernels/gemm.h"
#include "model/model_io.h"
#include "model/training.h"
#include "runs/progress.h"
#include "runs/resume_rules.h"
#include "runs/run_page.h"
#include "runs/startable.h"
#include "train/batch.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

std::uint64_t seed_of(const Config& config) { return static_cast<std::uint64_t>(config.run.integer("seed")); }

/// The kernels of OpenBLAS where a layer computes through it, else "".
std::string blas_core_of(const Config& config) { return uses_blas(config.layers) ? kernels::blas_core() : ""; }

/// Says that the network has more outputs than there are classes, which may be a mistake; nothing where it has not.
std::optional<std::string> note_on_spare_outputs(const Dataset& train, int outputs) {
  if (train.storage().labels.empty() || train.classes() >= outputs) return {};
  std::vector<std::size_t> classes(static_cast<std::size_t>(train.classes()));
  std::iota(classes.begin(), classes.end(), 0U);
  return shown(train.storage().source) + ": the network has " + std::to_string(outputs) + " outputs for " +
         std::to_string(classes.size()) + " classes: " + class_list(train, classes);
}

/// "conv1, bn1, output/kernel": the listed tensors as text; a layer is named once if all its tensors in `all` are
/// listed.
std::string layers_of(const std::vector<std::string>& listed, const std::vector<std::string>& all) {
  const auto layer_of = [](const std::string& tensor) { return tensor.substr(0, tensor.find('/')); };
  std::string text;
  std::string last;
  for (const std::string& tensor : listed) {
    const auto of_layer = [&](const std::string& other) { return layer_of(other) == layer_of(tensor); };
    const bool whole = std::ranges::count_if(listed, of_layer) == std::ranges::count_if(all, of_layer);
    const std::string name = whole ? layer_of(tensor) : tensor;
    if (name != last) text += (text.empty() ? "" : ", ") + shown(name);
    last = name;
  }
  return text;
}

/// One line on which layers took weights from the model `from`, which were drawn anew and which of `from` are unused.
std::string note_on_taken(const std::string& from, const TakenWeights& weights, const Model& model) {
  const std::vector<std::string> all = model.tensor_names();
  std::vector<std::string> others = weights.taken;
  others.insert(others.end(), weights.unused.begin(), weights.unused.end());
  std::string text = shown(from) + ": weights taken: " + layers_of(weights.taken, all);
  if (!weights.kept.empty()) text += "; drawn anew: " + layers_of(weights.kept, all);
  if (!weights.unused.empty()) text += "; not used: " + layers_of(weights.unused, others);
  return text;
}

/// Replaces weights of `model` by those of the model file that the key "from" names. Returns a note on it; nothing
/// without "from". Throws Error that names the key.
std::optional<std::string> start_from_model_in(const Config& config, Model& model) {
  const std::string from = config.run.text_or("from", "");
  if (from.empty()) return {};
  try {
    return note_on_taken(from, model.take_weights(find_model(from)), model);
  } catch (const Error& error) {
    const std::string where = config.run.where("from");
    throw error.within((where.empty() ? "" : where + ": ") + "from: ", "");
  }
}

/// Whether a run begins, or goes on from a checkpoint, which holds its weights.
enum class Start { anew, from_checkpoint };

/// Checks that the model fits the data (throws Error{data}) and, anew, gives it the weights of the key "from". Returns
/// notes on both.
std::vector<std::string> fit_to_data(Model& model, const DataSplits& data, Start start) {
  const Model::Impl& impl = ModelAccess::impl(model);
  check_fits(data, impl.input, model.outputs());
  std::vector<std::string> notes;
  if (auto spare = note_on_spare_outputs(data.train, model.outputs())) notes.push_back(std::move(*spare));
  if (start == Start::from_checkpoint) return notes;
  if (auto taken = start_from_model_in(impl.config, model)) notes.push_back(std::move(*taken));
  return notes;
}

/// Sizes of the data and of the model; `path` is where the data are.
RunSetup setup_of(const Model& model, const std::string& path, const DataSplits& data) {
  const Summary summary = model.summary();
  return {.data = path,
          .training = data.train.size(),
          .validation = data.validation.size(),
          .test = data.test.size(),
          .shape = data.train.shape(),
          .classes = data.train.classes(),
          .layers = static_cast<int>(summary.rows.size()),
          .parameters = summary.trainable + summary.non_trainable};
}

/// One run: data, model and trainer of a configuration, and the folder that records them.
class Run {
 public:
  /// Reads the data, builds model and trainer, and computes checksums; writes nothing. Throws Error for a bad
  /// configuration or data.
  Run(const Config& config, const RunOptions& options, RunFolder folder, Start start)
      : options_(options),
        folder_(std::move(folder)),
        data_(load_data(config.data, seed_of(config))),
        model_(Model::from_config(config, data_.train.shape(), options.threads)),
        impl_(ModelAccess::impl(model_)),
        page_(folder_.path(), model_),
        training_(impl_, fitted_data(start).train, data_.validation, folder_.path().string()),
        trainer_(training_.trainer()),
        environment_(this_environment(blas_core_of(config), impl_.pool.threads(), sums_of_data(config.data))),
        recorder_(*this, config.train.number("checkpoint_seconds")) {
    options_.callbacks.push_back(&recorder_);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// Writes the first files of the folder: the configuration as given and resolved, and the environment.
  void begin(const Config& config) {
    const std::string given = config.source.empty() ? resolved_toml(impl_.config) : config.source;
    folder_.begin(given, resolved_toml(impl_.config), environment_);
  }

  /// Does what begin() does, with a note, for a run that was killed before its first checkpoint.
  void begin_anew(const Config& config) {
    begin(config);
    data_.notes.push_back(shown(folder_.path().string()) + ": no checkpoint yet, so the run begins anew");
  }

  /// Restores weights, optimizer, schedule and progress from last.ckpt, and cuts the folder's records back to it. Warns
  /// where more epochs make the learning rate jump. Throws Error for other data or fewer epochs than are done.
  void restore() {
    Checkpoint checkpoint = make_checkpoint();
    load_checkpoint(folder_.checkpoint(), checkpoint);
    require_same_data(checkpoint.data, environment_.data, impl_.config.data.text("path"));
    const StoredProgress stored = parse_progress(checkpoint.progress, folder_.checkpoint().string());
    require_epochs_ahead(stored.progress.epoch);
    trainer_.restore(stored.progress);
    trainer_.optimizer().restore_steps(stored.optimizer_steps);
    trainer_.schedule().restore(stored.schedule_state);
    saved_epoch_ = stored.progress.epoch;
    earlier_seconds_ = stored.seconds;
    folder_.resume(resolved_toml(impl_.config), stored.progress.history, stored.progress.step, environment_);
    warn_of_jump(config_of(folder_.checkpoint()).train.integer("epochs"));
  }

  /// Trains the epochs that are left, writing the folder and telling the callbacks, then evaluates: see finish().
  RunResult train() {
    watch_.restart();
    bool interrupted = false;
    const bool nothing_to_do = trainer_.done();
    const RunStart start = run_start();
    for (Callback* callback : options_.callbacks) callback->on_run_begin(start);
    for (Callback* callback : options_.callbacks) callback->on_train_begin(model_);
    for (const std::string& text : data_.notes) note(text);
    page_.show();
    while (!trainer_.done() && !interrupted) {
      const int before = trainer_.progress().epoch;
      interrupted = run_epoch() == Trainer::Outcome::stopped;
      if (trainer_.progress().epoch > before) record([&] { folder_.add_epoch(trainer_.progress().history.back()); });
      page_.show_if_due();
      record([&] { save(); });
    }
    if (cannot_write_) save_or_explain();
    if (!interrupted && (nothing_to_do || trainer_.out_of_patience())) note(why_done());
    return finish(interrupted);
  }

 private:
  /// Calls fit_to_data() and keeps its notes with the data; returns the data.
  const DataSplits& fitted_data(Start start) {
    for (std::string& note : fit_to_data(model_, data_, start)) data_.notes.push_back(std::move(note));
    return data_;
  }

  /// Writes to the run folder within an epoch: events and the page as they come, and a checkpoint when
  /// train.checkpoint_seconds have passed or a callback asks for one.
  class Recorder final : public Callback {
   public:
    Recorder(Run& run, double seconds) : run_(run), seconds_(seconds) {}

    bool on_batch_end(const BatchLog&) override {
      const bool due = seconds_ > 0 && since_last_.seconds() >= seconds_;
      if (due || std::ranges::any_of(run_.options_.callbacks, &Callback::wants_checkpoint)) {
        run_.record([&] { run_.save(); });
        since_last_ = {};
      }
      return true;
    }
    void on_steps(const StepsLog& log) override {
      run_.record([&] { run_.folder_.events().add(log); });
      run_.page_.show_if_due();
    }
    void on_diagnostics(const Diagnostics& diagnostics) override {
      run_.record([&] { run_.folder_.events().add(diagnostics); });
    }
    void on_warning(const std::string& message) override {
      run_.record([&] { run_.folder_.add_warning(run_.trainer_.progress().step, message); });
    }

   private:
    Run& run_;
    double seconds_;
    Stopwatch since_last_;
  };

  /// The description of the run for on_run_begin.
  RunStart run_start() const {
    return {.setup = setup_of(model_, impl_.config.data.text("path"), data_),
            .threads = environment_.threads,
            .isa = environment_.isa,
            .folder = folder_.path(),
            .epochs_done = trainer_.progress().epoch,
            .epochs = impl_.config.train.integer("epochs")};
  }

  /// Throws Error{config} where more epochs are done than the configuration trains.
  void require_epochs_ahead(int done) const {
    const int wanted = impl_.config.train.integer("epochs");
    if (done <= wanted) return;
    throw Error(ErrorKind::config, folder_.path().string() + ": " + std::to_string(done) +
                                       " epochs are done, more than train.epochs = " + std::to_string(wanted));
  }

  /// Sends a warning to the callbacks where training `epochs_before` epochs would give this step another learning rate.
  void warn_of_jump(int epochs_before) {
    const std::uint64_t step = trainer_.progress().step;
    const int epochs = impl_.config.train.integer("epochs");
    const double before = trainer_.learning_rate(step, epochs_before);
    const double now = trainer_.learning_rate(step, epochs);
    if (before == now || trainer_.done()) return;
    for (Callback* callback : options_.callbacks) {
      callback->on_warning("schedule \"" + impl_.config.schedule.type + "\" spans the whole run: with " +
                           std::to_string(epochs) + " epochs instead of " + std::to_string(epochs_before) +
                           " the learning rate jumps from " + rounded(before) + " to " + rounded(now));
    }
  }

  /// A note on why training has ended (all epochs or train.patience), with the command that goes on.
  std::string why_done() const {
    const Progress& progress = trainer_.progress();
    const std::string resume = "; to go on: convoy resume " + folder_.path().string();
    const std::string epoch = std::to_string(progress.epoch);
    if (!trainer_.out_of_patience())
      return "all " + epoch + " epochs are done" + resume + " --epochs " + std::to_string(2 * progress.epoch);
    const int patience = impl_.config.train.integer("patience");
    return "stopped early after epoch " + epoch + " of " + std::to_string(impl_.config.train.integer("epochs")) +
           ": none was better than epoch " + std::to_string(progress.best_epoch) +
           " for train.patience = " + std::to_string(patience) + " epochs" + resume +
           " -s train.patience=" + std::to_string(2 * patience);
  }

  /// Writes a note to log.txt and tells the callbacks.
  void note(const std::string& text) {
    record([&] { folder_.add_log("note: " + text); });
    for (Callback* callback : options_.callbacks) callback->on_note(text);
  }

  /// Seconds of all processes that worked on the run.
  double seconds() const { return earlier_seconds_ + watch_.seconds(); }

  /// Trains one epoch. Where it throws, the error is logged in the folder and the page written first; a divergence
  /// names the checkpoint that stays.
  Trainer::Outcome run_epoch() {
    try {
      return trainer_.run_epoch(options_.callbacks);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::diverged) {
        record([&] { folder_.add_log(error.what()); });
        page_.show_end();
        throw;
      }
      record([&] { folder_.add_divergence(error.what(), trainer_.gradient_norms()); });
      page_.show_end();
      if (saved_epoch_ < 0) throw;
      throw error.followed_by("the checkpoint of epoch " + std::to_string(saved_epoch_) +
                              " stays: " + folder_.checkpoint().string());
    }
  }

  /// Calls `write`, which writes files. Where it throws Error{failed} (a full disk, a folder that is gone for a while),
  /// training goes on, as the next checkpoint may succeed; callbacks get one warning until one does.
  template <class Write>
  void record(const Write& write) {
    try {
      write();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::failed) throw;
      if (std::exchange(cannot_write_, true)) return;  // the user knows
      for (Callback* callback : options_.callbacks) {
        if (callback != &recorder_) callback->on_warning(std::string(error.what()) + "; training goes on");
      }
    }
  }

  /// Calls save() once more after a failed write. Throws Error that says how to go on.
  void save_or_explain() {
    try {
      save();
    } catch (const Error& error) {
      throw error.within(
          "", "; make room, and " + (saved_epoch_ < 0 ? std::string("train anew")
                                                      : "convoy resume " + folder_.path().string() +
                                                            " goes on from epoch " + std::to_string(saved_epoch_)));
    }
  }

  /// Writes best.safetensors (if there is a better epoch), metrics.csv and last.ckpt: the checkpoint comes last, so
  /// that with it the rest is there.
  void save() {
    const Progress& progress = trainer_.progress();
    if (progress.best_epoch > best_saved_) {
      save_weights(folder_.best_model(), impl_, trainer_.best());
      best_saved_ = progress.best_epoch;
    }
    folder_.write_metrics(progress.history);
    save_checkpoint(folder_.checkpoint(), make_checkpoint());
    saved_epoch_ = progress.epoch;
    cannot_write_ = false;
  }

  /// The checkpoint of the present state. Its tensors refer to the weights and the optimizer, so loading fills those.
  Checkpoint make_checkpoint() {
    Checkpoint checkpoint{.model = named_tensors(impl_),
                          .training = named_tensors(trainer_.best(), impl_.network(), "best."),
                          .metadata = metadata_of(impl_),
                          .progress = progress_json({trainer_.progress(), trainer_.schedule().state(), seconds(),
                                                     trainer_.optimizer().steps()}),
                          .data = environment_.data};
    add_by_tensor(checkpoint, "average.", trainer_.average());
    Stepper& optimizer = trainer_.optimizer();
    for (std::size_t slot = 0; slot < optimizer.slot_names().size(); ++slot) {
      add_by_tensor(checkpoint, "optim." + optimizer.slot_names()[slot] + "/", optimizer.slot(slot));
    }
    return checkpoint;
  }

  /// Adds a block laid out as the parameters (or empty: nothing) to `checkpoint` as one tensor for each parameter,
  /// named `prefix` + the parameter's name.
  void add_by_tensor(Checkpoint& checkpoint, const std::string& prefix, std::span<float> block) {
    if (block.empty()) return;
    for (const Node& node : impl_.network().nodes()) {
      for (const TensorPlace& tensor : node.parameters) {
        checkpoint.training.push_back(
            {prefix + tensor.name, tensor.shape, block.subspan(tensor.offset, tensor.shape.size())});
      }
    }
  }

  /// Ends the run: loads the best epoch's weights (those at hand before the first epoch ends), saves best.safetensors,
  /// evaluates the test set, records the outcome and writes report.html. If a callback stopped the evaluation, the run
  /// counts as interrupted and has no outcome.
  RunResult finish(bool interrupted) {
    const Progress& progress = trainer_.progress();
    if (progress.best_epoch > 0) impl_.weights().copy_from(trainer_.best());
    const bool saved = progress.best_epoch > 0 && best_saved_ == progress.best_epoch;
    if (!saved) save_weights(folder_.best_model(), impl_, impl_.weights());
    RunResult result{.folder = folder_.path(),
                     .model = folder_.best_model(),
                     .report = folder_.report(),
                     .history = progress.history};
    result.best_epoch = progress.best_epoch;
    result.test = evaluate_test(interrupted);
    const bool evaluated = result.test.samples > 0;
    result.interrupted = interrupted || !evaluated;
    result.seconds = seconds();
    result.earlier_seconds = earlier_seconds_;
    result.peak_rss_mb = peak_rss_mb();
    if (!evaluated) {
      folder_.add_log("interrupted before the evaluation was done");
      page_.show_end();
      return result;
    }
    result.warning = gap_warning(result.test);
    folder_.add_outcome({.loss = result.test.loss,
                         .accuracy = result.test.accuracy,
                         .best_epoch = result.best_epoch,
                         .seconds = result.seconds,
                         .peak_rss_mb = result.peak_rss_mb,
                         .interrupted = interrupted,
                         .warning = result.warning});
    page_.write(data_.test, result.test);
    return result;
  }

  /// Evaluates the test set, telling the callbacks. Returns an Evaluation without samples where one stopped it; in an
  /// interrupted run none can.
  Evaluation evaluate_test(bool interrupted) {
    const int samples = data_.test.size();
    const auto tell = [&](int done) {
      bool keep_going = true;
      for (Callback* callback : options_.callbacks) {
        keep_going = callback->on_evaluation({"test", done, samples}) && keep_going;
      }
      return keep_going || interrupted;
    };
    constexpr int batch = 16;
    Evaluation test = impl_.evaluator(data_.test, batch)
                          .evaluate(data_.test, impl_.scaling, impl_.config.train.integer("top_k"), tell);
    return test.samples == samples ? test : Evaluation{};
  }

  /// A warning where training and evaluation are far apart, else "". Computes losses on training samples in both modes.
  std::string gap_warning(const Evaluation& test) {
    const Progress& progress = trainer_.progress();
    std::optional<EpochLog> kept;
    if (progress.best_epoch > 0) kept = progress.history[static_cast<std::size_t>(progress.best_epoch - 1)];
    return explain_evaluation(compare_modes(trainer_), kept, test, folder_.path().string());
  }

  RunOptions options_;
  RunFolder folder_;
  DataSplits data_;
  Model model_;
  Model::Impl& impl_;
  RunPage page_;
  Training training_;
  Trainer& trainer_;
  Environment environment_;
  int best_saved_ = 0;    ///< the epoch whose weights best.safetensors holds; 0: unknown
  int saved_epoch_ = -1;  ///< the epochs that the checkpoint holds; -1: there is none
  bool cannot_write_ = false;
  double earlier_seconds_ = 0;  ///< of the processes before this one
  Stopwatch watch_;
  Recorder recorder_;
};

}  // namespace

Startable require_startable(const Config& config, const DataSplits& data) {
  Model model = Model::from_config(config, data.train.shape(), 1);
  Model::Impl& impl = ModelAccess::impl(model);
  std::vector<std::string> notes = fit_to_data(model, data, Start::anew);
  const Training training(impl, data.train, data.validation);
  return {.setup = setup_of(model, config.data.text("path"), data), .notes = std::move(notes)};
}

RunResult train_run(const Config& config, const RunOptions& options) {
  const fs::path path = options.folder.empty() ? fs::path("runs") / config.run.text("name") : options.folder;
  Run run(config, options, RunFolder(path, options.force), Start::anew);
  run.begin(config);
  return run.train();
}

RunResult resume_run(const fs::path& folder, const RunOptions& options, const std::vector<std::string>& overrides) {
  require_run(folder);
  const Config config = load_config(folder / "resolved.toml", overrides);
  if (!overrides.empty()) require_harmless(config, folder);
  std::error_code ignored;
  const bool begun = fs::exists(folder / "last.ckpt", ignored);
  if (begun) {
    require_same_config(config, folder);
  } else {
    require_nothing_to_lose(folder);
  }
  Run run(config, options, RunFolder(folder, true), begun ? Start::from_checkpoint : Start::anew);
  if (begun) {
    run.restore();
  } else {
    run.begin_anew(config);
  }
  return run.train();
}

Config config_of(const fs::path& model_file) {
  const ModelMetadata metadata = ModelMetadata::from(read_safetensors(model_file), model_file);
  return parse_stored_config(metadata.config, model_file.string() + " (configuration)");
}

}  // namespace convoy
