#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "convoy/dataset.h"

namespace convoy {

/// Compares the data of `run`, by the checksums in its env.json, with the files as they are now. `read` names the
/// splits that were read. If one of them is drawn from the training samples, a new draw would hold samples that were
/// trained on: throws Error{data} where the files have changed, Error{config} where their division has. Changed data
/// with a separate test part only add a note to `splits`. Computes checksums only where one of these cases is possible.
void check_run_data(const std::filesystem::path& run, const Settings& data, const std::vector<std::string>& read,
                    DataSplits& splits);

}  // namespace convoy
