#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "convoy/dataset.h"

namespace convoy {

/// Whether what was read of the data of `run` is what its training left out, by the sums in its env.json. Where one of
/// the splits `read` is drawn from the training samples, and these have changed or are divided in another way, the draw
/// is another and holds samples that were trained on: throws Error{data}. Where data with a test part of their own have
/// changed, a note is added to `splits`. Data are not read again where neither can be.
void check_own_data(const std::filesystem::path& run, const Settings& data, const std::vector<std::string>& read,
                    DataSplits& splits);

}  // namespace convoy
