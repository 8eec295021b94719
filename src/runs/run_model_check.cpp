#include "runs/run_model_check.h"

#include "config/differences.h"
#include "convoy/config.h"
#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "convoy/run.h"
#include "io/run_record.h"
#include "runs/resume_rules.h"

namespace convoy {
namespace {

/// Throws Error{data}: the folder has no best.safetensors, because it is no run, has no complete epoch, or lost it.
[[noreturn]] void refuse_without_best(const std::filesystem::path& run) {
  std::string why = "; is it a run folder?";
  if (std::filesystem::is_regular_file(run / "resolved.toml")) {
    why = "";
    if (std::filesystem::exists(run / "last.ckpt")) why = "; convoy resume " + run.string() + " makes it again";
    if (read_run(run).history.empty()) why = ": no epoch is finished yet";
  }
  throw Error(ErrorKind::data, run.string() + ": no best.safetensors in it" + why);
}

}  // namespace

void require_model_of_run(const std::filesystem::path& model_file) {
  const std::filesystem::path resolved = model_file.parent_path() / "resolved.toml";
  if (!std::filesystem::is_regular_file(resolved)) return;
  const auto changed = differences(load_config(resolved), config_of(model_file), harmless_keys);
  if (changed.empty()) return;
  throw Error(ErrorKind::data, shown(model_file.string()) + ": not the model of the run whose folder it is in: " +
                                   first_of(changed) + "; put the run's own model there, or this one elsewhere");
}

std::filesystem::path find_model(const std::filesystem::path& model_or_run) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(model_or_run, ignored)) {
    const auto type = std::filesystem::status(model_or_run, ignored).type();
    if (type != std::filesystem::file_type::not_found) return model_or_run;  // reading it tells what is wrong
    throw Error(ErrorKind::data, model_or_run.string() + ": no such model file or run folder");
  }
  auto best = model_or_run / "best.safetensors";
  if (!std::filesystem::exists(best, ignored)) refuse_without_best(model_or_run);
  require_model_of_run(best);
  return best;
}

}  // namespace convoy
