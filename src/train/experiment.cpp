#include "convoy/experiment.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "config/differences.h"
#include "convoy/error.h"
#include "core/stopwatch.h"
#include "data/augmentation.h"
#include "io/atomic_file.h"
#include "io/checkpoint.h"
#include "io/run_folder.h"
#include "kernels/gemm.h"
#include "train/batch.h"
#include "train/data_sums.h"
#include "train/experiment.h"
#include "train/model_io.h"
#include "train/progress.h"
#include "train/run_report.h"
#include "train/trainer.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

std::uint64_t seed_of(const Config& config) { return static_cast<std::uint64_t>(config.run.integer("seed")); }

/// Keys that may change between a checkpoint and a resume: they say how long to train and how to work, not on what. The
/// data's place may change, since its contents are checked.
const std::vector<std::string> harmless_keys = {
    "name",      "threads",   "train.epochs", "train.checkpoint_seconds", "train.log_steps",
    "data.path", "data.hint", "train.top_k"};

/// Throws Error{config} when a checkpoint was trained with another configuration.
void require_same_config(const Config& config, const fs::path& folder) {
  const fs::path file = folder / "resolved.toml";
  const auto changed = differences(config_of(folder / "last.ckpt"), config, harmless_keys);
  if (changed.empty()) return;
  std::string message = file.string() + ": changed since the checkpoint was written: ";
  for (std::size_t i = 0; i < changed.size(); ++i) message += (i == 0 ? "" : "; ") + changed[i];
  throw Error(ErrorKind::config, message + "; train anew for that (convoy train --out ANOTHER), or put it back");
}

/// Throws Error{data} when a checkpoint was trained on other data.
void require_same_data(const DataSums& trained, const DataSums& sums, const std::string& path) {
  for (const auto& [file, sum] : trained) {
    const auto same = std::ranges::find(sums, file, &DataSums::value_type::first);
    if (same != sums.end() && same->second == sum) continue;
    throw Error(ErrorKind::data, path + ": not the data that the checkpoint was trained on: " + file +
                                     (same == sums.end() ? " is missing" : " has other contents"));
  }
}

TrainerOptions trainer_options(const Config& config) {
  return {.epochs = config.train.integer("epochs"),
          .batches = {.batch_size = config.train.integer("batch_size"),
                      .shuffle = config.data.flag("shuffle"),
                      .last_batch = config.data.text("last_batch"),
                      .seed = seed_of(config),
                      .augmentation = augmentation_from(config.augmentation)},
          .patience = config.train.integer("patience"),
          .monitor = config.train.text_or("monitor", ""),
          .min_delta = config.train.number("min_delta"),
          .top_k = config.train.integer("top_k"),
          .on_nan = config.train.text("on_nan"),
          .recalibrate = config.train.integer("recalibrate"),
          .log_steps = config.train.integer("log_steps"),
          .diagnostics = {.every = config.diagnostics.integer("every"),
                          .probe = config.diagnostics.integer("probe"),
                          .percentiles = config.diagnostics.texts("percentiles")}};
}

/// One run: data, model and trainer of a configuration, and the folder that records them.
class Run {
 public:
  Run(const Config& config, const RunOptions& options, RunFolder folder)
      : options_(options),
        folder_(std::move(folder)),
        data_(load_data(config.data, seed_of(config))),
        model_(Model::from_config(config, data_.train.shape(), options.threads)),
        impl_(ModelAccess::impl(model_)),
        trainer_(prepare(), trainer_options(config)),
        environment_(this_environment(kernels::blas_core(), impl_.pool.threads(), sums_of_data(config.data))),
        recorder_(*this, config.train.number("checkpoint_seconds")) {
    options_.callbacks.push_back(&recorder_);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void begin(const Config& config) {
    const std::string given = config.source.empty() ? resolved_toml(impl_.config) : config.source;
    folder_.begin(given, resolved_toml(impl_.config), environment_);
  }

  /// Puts weights, optimizer and progress back to where the run's checkpoint stands.
  void restore() {
    Checkpoint checkpoint = make_checkpoint();
    load_checkpoint(folder_.checkpoint(), checkpoint);
    require_same_data(checkpoint.data, environment_.data, impl_.config.data.text("path"));
    const StoredProgress stored = parse_progress(checkpoint.progress, folder_.checkpoint().string());
    trainer_.restore(stored.progress);
    trainer_.schedule().restore(stored.schedule_state);
    saved_epoch_ = stored.progress.epoch;
    folder_.resume(stored.progress.history, stored.progress.step, environment_);
  }

  RunResult train() {
    const Stopwatch watch;
    bool interrupted = false;
    for (Callback* callback : options_.callbacks) callback->on_train_begin(model_);
    while (!trainer_.done() && !interrupted) {
      const int before = trainer_.progress().epoch;
      interrupted = run_epoch() == Trainer::Outcome::stopped;
      if (trainer_.progress().epoch > before) record([&] { folder_.add_epoch(trainer_.progress().history.back()); });
      record([&] { save(); });
    }
    if (cannot_write_) save_or_explain();
    return finish(interrupted, watch.seconds());
  }

 private:
  TrainingTask prepare() {
    check_fits(data_, impl_.input, model_.outputs());
    impl_.scaling = scaling_for(impl_.config.data.text("scaling"), data_.train);
    impl_.class_names = data_.train.storage().class_names;
    return training_task(impl_, data_.train, data_.validation);
  }

  /// What happens to the folder within an epoch: events as they come, and a checkpoint when it is time or somebody
  /// asks.
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

  Trainer::Outcome run_epoch() {
    try {
      return trainer_.run_epoch(options_.callbacks);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::diverged) {
        record([&] { folder_.add_log(error.what()); });
        throw;
      }
      record([&] { folder_.add_divergence(error.what(), trainer_.gradient_norms()); });
      record([&] { write_page(nullptr); });
      if (saved_epoch_ < 0) throw;
      throw Error(error.kind(), std::string(error.what()) + "\nthe checkpoint of epoch " +
                                    std::to_string(saved_epoch_) + " stays: " + folder_.checkpoint().string());
    }
  }

  /// Does what writes files. Where that fails, the disk may be full or the folder gone for a while: training goes on,
  /// as the next checkpoint may succeed.
  template <class Write>
  void record(const Write& write) {
    try {
      write();
      cannot_write_ = false;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::failed) throw;
      if (std::exchange(cannot_write_, true)) return;  // the user knows
      for (Callback* callback : options_.callbacks) {
        if (callback != &recorder_) callback->on_warning(std::string(error.what()) + "; training goes on");
      }
    }
  }

  /// A last attempt.
  void save_or_explain() {
    try {
      save();
    } catch (const Error& error) {
      throw Error(error.kind(), std::string(error.what()) + "; make room, and convoy resume " +
                                    folder_.path().string() + " goes on from " +
                                    (saved_epoch_ < 0 ? "the start" : "epoch " + std::to_string(saved_epoch_)));
    }
  }

  /// Everything that a resume needs; the checkpoint last, which says that the rest is there.
  void save() {
    const Progress& progress = trainer_.progress();
    if (progress.best_epoch > best_saved_) {
      save_weights(folder_.best_model(), impl_, trainer_.best());
      best_saved_ = progress.best_epoch;
    }
    folder_.write_metrics(progress.history);
    save_checkpoint(folder_.checkpoint(), make_checkpoint());
    saved_epoch_ = progress.epoch;
  }

  Checkpoint make_checkpoint() {
    Checkpoint checkpoint{.model = named_tensors(impl_),
                          .training = named_tensors(trainer_.best(), impl_.network(), "best."),
                          .metadata = metadata_of(impl_),
                          .progress = progress_json(trainer_.progress(), trainer_.schedule().state()),
                          .data = environment_.data};
    Stepper& optimizer = trainer_.optimizer();
    for (std::size_t slot = 0; slot < optimizer.slot_names().size(); ++slot) {
      for (const Node& node : impl_.network().nodes()) {
        for (const TensorSlot& tensor : node.parameters) {
          checkpoint.training.push_back({"optim." + optimizer.slot_names()[slot] + "/" + tensor.name, tensor.shape,
                                         optimizer.slot(slot).subspan(tensor.offset, tensor.shape.size())});
        }
      }
    }
    return checkpoint;
  }

  /// Evaluates the best epoch's weights; where not even one epoch is complete, those at hand.
  RunResult finish(bool interrupted, double seconds) {
    const Progress& progress = trainer_.progress();
    if (progress.best_epoch > 0) impl_.weights().copy_from(trainer_.best());
    const bool saved = progress.best_epoch > 0 && best_saved_ == progress.best_epoch;
    if (!saved) save_weights(folder_.best_model(), impl_, impl_.weights());
    RunResult result{.folder = folder_.path(),
                     .model = folder_.best_model(),
                     .report = folder_.report(),
                     .history = progress.history};
    result.best_epoch = progress.best_epoch;
    result.test = model_.evaluate(data_.test, trainer_options(impl_.config).evaluation_batch,
                                  impl_.config.train.integer("top_k"));
    result.interrupted = interrupted;
    result.seconds = seconds;
    result.peak_rss_mb = peak_rss_mb();
    folder_.add_outcome({.loss = result.test.loss,
                         .accuracy = result.test.accuracy,
                         .best_epoch = result.best_epoch,
                         .seconds = seconds,
                         .peak_rss_mb = result.peak_rss_mb,
                         .interrupted = interrupted});
    write_page(&result.test);
    return result;
  }

  /// `test` is null where training ended too early for an evaluation.
  void write_page(const Evaluation* test) {
    Report report = make_report(read_run(folder_.path()), model_);
    if (test != nullptr) add_evaluation(report, model_, data_.test, *test);
    write_file_atomically(folder_.report(), html(report));
  }

  RunOptions options_;
  RunFolder folder_;
  DataSplits data_;
  Model model_;
  Model::Impl& impl_;
  Trainer trainer_;
  Environment environment_;
  int best_saved_ = 0;    ///< the epoch whose weights best.safetensors holds; 0: unknown
  int saved_epoch_ = -1;  ///< the epochs that the checkpoint holds; -1: there is none
  bool cannot_write_ = false;
  Recorder recorder_;
};

}  // namespace

void require_startable(const Config& config, const DataSplits& data) {
  Model model = Model::from_config(config, data.train.shape(), 1);
  Model::Impl& impl = ModelAccess::impl(model);
  check_fits(data, impl.input, model.outputs());
  impl.scaling = scaling_for(config.data.text("scaling"), data.train);
  const Trainer trainer(training_task(impl, data.train, data.validation), trainer_options(config));
}

RunResult run_experiment(const Config& config, const RunOptions& options) {
  const kernels::SingleThreadedBlas single;
  const fs::path path = options.folder.empty() ? fs::path("runs") / config.run.text("name") : options.folder;
  Run run(config, options, RunFolder(path, options.force));
  run.begin(config);
  return run.train();
}

RunResult resume_experiment(const fs::path& folder, const RunOptions& options, int epochs) {
  const kernels::SingleThreadedBlas single;
  if (!fs::is_regular_file(folder / "resolved.toml"))
    throw Error(ErrorKind::data, folder.string() + ": no resolved.toml in it; is it a run folder?");
  Config config = load_config(folder / "resolved.toml");
  if (epochs > 0) config.train.set("epochs", static_cast<std::int64_t>(epochs));
  const bool begun = fs::exists(folder / "last.ckpt");  // else it was killed before its first checkpoint
  if (begun) require_same_config(config, folder);
  Run run(config, options, RunFolder(folder, true));
  if (begun) {
    run.restore();
  } else {
    run.begin(config);
  }
  return run.train();
}

Config config_of(const fs::path& model_file) {
  const ModelMetadata metadata = ModelMetadata::from(read_safetensors(model_file), model_file);
  return parse_config(metadata.config, model_file.string() + " (configuration)", model_file.parent_path());
}

}  // namespace convoy
