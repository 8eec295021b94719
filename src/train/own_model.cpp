#include "train/own_model.h"

#include "config/differences.h"
#include "convoy/config.h"
#include "convoy/error.h"
#include "convoy/experiment.h"
#include "convoy/foreign_text.h"
#include "train/resume_rules.h"

namespace convoy {

void require_own_model(const std::filesystem::path& model_file) {
  const std::filesystem::path resolved = model_file.parent_path() / "resolved.toml";
  if (!std::filesystem::is_regular_file(resolved)) return;
  const auto changed = differences(load_config(resolved), config_of(model_file), harmless_keys);
  if (changed.empty()) return;
  throw Error(ErrorKind::data, shown(model_file.string()) + ": not the model of the run whose folder it is in: " +
                                   first_of(changed) + "; put the run's own model there, or this one elsewhere");
}

}  // namespace convoy
