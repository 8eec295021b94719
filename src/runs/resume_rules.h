#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "convoy/config.h"
#include "io/data_sums.h"

/// What may change between the processes of one run: how long to train and how to work, not on what.
namespace convoy {

/// The keys that may. The data's place is among them, since its contents are checked.
extern const std::vector<std::string> harmless_keys;

/// Throws Error{config} when `config` changes more of the run's resolved.toml than it may.
void require_harmless(const Config& config, const std::filesystem::path& run);

/// Throws Error{data} for a run whose checkpoint is missing though it had one: beginning anew would overwrite its
/// results. (A run that was killed before its first checkpoint has at most one complete epoch.)
void require_nothing_to_lose(const std::filesystem::path& run);

/// Throws Error{config} when a run's checkpoint was trained with another configuration.
void require_same_config(const Config& config, const std::filesystem::path& run);

/// Throws Error{data} when a checkpoint was trained on other data, which is now at `path`.
void require_same_data(const DataSums& trained, const DataSums& sums, const std::string& path);

}  // namespace convoy
