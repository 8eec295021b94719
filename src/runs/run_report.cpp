#include "runs/run_report.h"

#include <optional>

#include "convoy/error.h"
#include "convoy/report.h"
#include "data/thumbnail.h"
#include "io/atomic_file.h"
#include "model/model_impl.h"
#include "report/tensorboard.h"
#include "runs/filter_pictures.h"
#include "runs/run_data_check.h"
#include "runs/run_model_check.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// Calls `work`; the message of an Error that it throws is added to report.omissions.
template <class Work>
void do_or_omit(Report& report, Work work) {
  try {
    work();
  } catch (const Error& error) {
    report.omissions.push_back(std::string("Without an evaluation: ") + error.what());
  }
}

/// Evaluates a run's best.safetensors on its test set and adds the result to `report`; what cannot be read is added to
/// its omissions. Throws Error{data} where the model or the data are not those of the run.
void evaluate_best(Report& report, const Config& config, int threads) {
  const fs::path& run = report.record.folder;
  const fs::path best = run / "best.safetensors";
  std::optional<Model> model;
  do_or_omit(report, [&] { model = Model::load(best, threads); });
  if (!model) return;
  require_model_of_run(best);
  DataSplits data;
  do_or_omit(report, [&] {
    data = load_data(config.data, static_cast<std::uint64_t>(config.run.integer("seed")), Need::test);
  });
  if (data.test.empty()) return;
  check_run_data(run, config.data, {"test"}, data);
  do_or_omit(report, [&] {
    add_evaluation(report, *model, data.test, model->evaluate(data.test, 32, config.train.integer("top_k")));
  });
}

}  // namespace

Report make_report(RunRecord record, Model& model) {
  Report report{.title = ModelAccess::impl(model).config.run.text("name"), .record = std::move(record)};
  report.model = model.summary();
  report.input = model.input_shape();
  return report;
}

void add_evaluation(Report& report, Model& model, const Dataset& test, const Evaluation& evaluation) {
  Model::Impl& impl = ModelAccess::impl(model);
  report.test = evaluation;
  report.class_names = impl.class_names;
  report.filters = filter_pictures(impl.network(), impl.weights());
  constexpr std::size_t shown = 24;
  for (const Mistake& mistake : worst_mistakes(evaluation, shown)) {
    const std::string picture = thumbnail(test, mistake.sample);
    if (!picture.empty()) report.mistakes.push_back({mistake, picture});
  }
}

fs::path write_report(const fs::path& run, const fs::path& file, int threads) {
  RunRecord record = read_run(run);
  const Config config = load_config(run / "resolved.toml");
  Model untrained = Model::from_config(config, threads);
  Report report = make_report(std::move(record), untrained);
  evaluate_best(report, config, threads);
  fs::path target = file.empty() ? run / "report.html" : file;
  write_file_atomically(target, html(report));
  return target;
}

fs::path write_tensorboard(const fs::path& run) {
  const RunRecord record = read_run(run);
  fs::path folder = run / "tensorboard";
  if (fs::is_symlink(folder)) throw Error(ErrorKind::failed, folder.string() + ": is a symbolic link; remove it");
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(ErrorKind::failed, folder.string() + ": cannot be made: " + error.message());
  write_file_atomically(folder / tensorboard_file_name(record), tensorboard_events(record));
  return folder;
}

}  // namespace convoy
