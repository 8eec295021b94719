#include "convoy/experiment.h"

#include <algorithm>
#include <cstdio>

#include "convoy/error.h"
#include "core/stopwatch.h"
#include "io/atomic_file.h"
#include "io/checkpoint.h"
#include "io/run_folder.h"
#include "kernels/gemm.h"
#include "report/report.h"
#include "train/model_io.h"
#include "train/progress.h"
#include "train/trainer.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

std::uint64_t seed_of(const Config& config) { return static_cast<std::uint64_t>(config.run.integer("seed")); }

/// The files whose bytes the results depend on, for env.json.
std::vector<fs::path> data_files(const Settings& data) {
  std::vector<fs::path> files;
  if (data.text("dataset") != "idx") return files;
  for (const auto& entry : fs::directory_iterator(data.text("path"))) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && name.find("-ubyte") != std::string::npos) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

TrainerOptions trainer_options(const Config& config) {
  return {.epochs = config.train.integer("epochs"),
          .batches = {.batch_size = config.train.integer("batch_size"),
                      .shuffle = config.data.flag("shuffle"),
                      .last_batch = config.data.text("last_batch"),
                      .seed = seed_of(config)},
          .patience = config.train.integer("patience"),
          .top_k = config.train.integer("top_k")};
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
        trainer_(prepare(), trainer_options(config)) {
    best_ = Weights(impl_.network(), 0);
    best_.copy_from(impl_.weights());
  }

  void begin(const Config& config) {
    const std::string given = config.source.empty() ? resolved_toml(impl_.config) : config.source;
    environment_ = this_environment(kernels::blas_core(), impl_.pool.threads(), data_files(config.data));
    folder_.begin(given, resolved_toml(impl_.config), environment_);
  }

  /// Puts weights, optimizer and progress back to where the run's checkpoint stands.
  void restore() {
    Checkpoint checkpoint = make_checkpoint();
    load_checkpoint(folder_.checkpoint(), checkpoint);
    const StoredProgress stored = parse_progress(checkpoint.progress, folder_.checkpoint().string());
    trainer_.restore(stored.progress);
    trainer_.schedule().restore(stored.schedule_state);
    environment_ = this_environment(kernels::blas_core(), impl_.pool.threads(), data_files(impl_.config.data));
    if (stored.progress.best_epoch == 0) return;
    const TensorFile file = read_safetensors(folder_.best_model());
    std::vector<NamedTensor> tensors;
    for (const auto& tensor : best_.tensors(impl_.network()))
      tensors.push_back({tensor.name, tensor.shape, tensor.values});
    load_tensors(file, folder_.best_model(), tensors);
  }

  RunResult train() {
    const Stopwatch watch;
    bool interrupted = false;
    while (!trainer_.done() && !interrupted) {
      const int before = trainer_.progress().epoch;
      interrupted = run_epoch() == Trainer::Outcome::stopped;
      if (trainer_.progress().epoch > before) record_epoch();
      save_checkpoint(folder_.checkpoint(), make_checkpoint());
    }
    return finish(interrupted, watch.seconds());
  }

 private:
  TrainingTask prepare() {
    impl_.scaling = scaling_for(impl_.config.data.text("scaling"), data_.train);
    impl_.class_names = data_.train.storage().class_names;
    return {impl_.network(), impl_.weights(), impl_.loss(),     impl_.config.optimizer, impl_.config.schedule,
            impl_.pool,      data_.train,     data_.validation, impl_.scaling};
  }

  Trainer::Outcome run_epoch() {
    try {
      return trainer_.run_epoch(options_.callbacks);
    } catch (const Error& error) {
      folder_.add_log(error.what());
      throw;
    }
  }

  void record_epoch() {
    folder_.add_epoch(trainer_.progress().history.back());
    if (!trainer_.improved()) return;
    best_.copy_from(impl_.weights());
    save_weights(folder_.best_model(), impl_, best_);
  }

  Checkpoint make_checkpoint() {
    Checkpoint checkpoint{
        .model = named_tensors(impl_), .optimizer = {}, .metadata = metadata_of(impl_), .progress = {}};
    checkpoint.progress = progress_json(trainer_.progress(), trainer_.schedule().state());
    Stepper& optimizer = trainer_.optimizer();
    for (std::size_t slot = 0; slot < optimizer.slot_names().size(); ++slot) {
      for (const Node& node : impl_.network().nodes()) {
        for (const TensorSlot& tensor : node.parameters) {
          checkpoint.optimizer.push_back({"optim." + optimizer.slot_names()[slot] + "/" + tensor.name, tensor.shape,
                                          optimizer.slot(slot).subspan(tensor.offset, tensor.shape.size())});
        }
      }
    }
    return checkpoint;
  }

  /// Evaluates the best epoch's weights; where not even one epoch is complete, those at hand.
  RunResult finish(bool interrupted, double seconds) {
    const Progress& progress = trainer_.progress();
    if (progress.best_epoch > 0) {
      impl_.weights().copy_from(best_);
    } else {
      save_weights(folder_.best_model(), impl_, impl_.weights());
    }
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
    write_file_atomically(folder_.report(), html(make_report(result)));
    char line[160];
    std::snprintf(line, sizeof line, "%s after %.1f s: test loss %.6f, accuracy %.4f (weights of epoch %d)",
                  interrupted ? "interrupted" : "finished", seconds, result.test.loss, result.test.accuracy,
                  result.best_epoch);
    folder_.add_log(line);
    return result;
  }

  Report make_report(const RunResult& result) const {
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.1f s", result.seconds);
    char memory[32];
    std::snprintf(memory, sizeof memory, "%.0f MB", result.peak_rss_mb);
    Report report{.name = impl_.config.run.text("name"), .summary = model_.summary(), .history = result.history};
    report.best_epoch = result.best_epoch;
    report.test = result.test;
    report.class_names = impl_.class_names;
    report.config = resolved_toml(impl_.config);
    report.facts = {{"training and evaluation", seconds},
                    {"peak memory", memory},
                    {"threads", std::to_string(environment_.threads)},
                    {"processor", environment_.cpu},
                    {"instruction set", environment_.isa},
                    {"OpenBLAS kernels", environment_.blas_core},
                    {"compiler", environment_.compiler},
                    {"convoy", environment_.convoy_version},
                    {"started", environment_.started}};
    for (const auto& [file, sum] : environment_.data) report.facts.emplace_back("SHA-256 of " + file, sum);
    return report;
  }

  RunOptions options_;
  RunFolder folder_;
  DataSplits data_;
  Model model_;
  Model::Impl& impl_;
  Trainer trainer_;
  Weights best_;
  Environment environment_;
};

}  // namespace

RunResult run_experiment(const Config& config, const RunOptions& options) {
  const kernels::SingleThreadedBlas single;
  const fs::path path = options.folder.empty() ? fs::path("runs") / config.run.text("name") : options.folder;
  Run run(config, options, RunFolder(path, options.force));
  run.begin(config);
  return run.train();
}

RunResult resume_experiment(const fs::path& folder, const RunOptions& options, int epochs) {
  const kernels::SingleThreadedBlas single;
  if (!fs::exists(folder / "last.ckpt"))
    throw Error(ErrorKind::data, folder.string() + ": no last.ckpt in it; is it a run folder?");
  Config config = load_config(folder / "resolved.toml");
  if (epochs > 0) config.train.set("epochs", static_cast<std::int64_t>(epochs));
  Run run(config, options, RunFolder(folder, true));
  run.restore();
  return run.train();
}

Config config_of(const fs::path& model_file) {
  const ModelMetadata metadata = ModelMetadata::from(read_safetensors(model_file), model_file);
  return parse_config(metadata.config, model_file.string() + " (configuration)", model_file.parent_path());
}

}  // namespace convoy
