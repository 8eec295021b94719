#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "convoy/config.h"
#include "io/data_sums.h"

/// What may change between the processes of one run: how long to train and how to work, not on what.
namespace convoy {

/// The keys that may change; data.path is among them, since the contents of the data are checked.
extern const std::vector<std::string> harmless_keys;

/// Throws Error{config} where `config` differs from the run's resolved.toml in other than harmless_keys.
void require_harmless(const Config& config, const std::filesystem::path& run);

/// Called for a run without last.ckpt. Throws Error{data} where the folder shows that there was one, since beginning
/// anew would overwrite its results. (A run that was killed before its first checkpoint has at most one complete
/// epoch.)
void require_nothing_to_lose(const std::filesystem::path& run);

/// Throws Error{config} where `config` differs from the configuration in the run's last.ckpt in other than
/// harmless_keys.
void require_same_config(const Config& config, const std::filesystem::path& run);

/// Throws Error{data} where the checksums `trained` of a checkpoint differ from `sums`, those of the data at `path`
/// now.
void require_same_data(const DataSums& trained, const DataSums& sums, const std::string& path);

}  // namespace convoy
