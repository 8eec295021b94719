#pragma once

#include <filesystem>
#include <vector>

#include "formats/exchange.h"
#include "formats/format.h"

namespace convoy::formats {

/// PyTorch: state_dicts in files of torch.save and in safetensors files; written with the Python source of the module.
Format torch_format();

/// Matches the tensors of a state_dict with those of a network. Throws Error{data} that shows the first that does not
/// fit, for tensors that are left over on either side, and where there is more than one way to match.
ImportedWeights read_torch_weights(const std::filesystem::path& file, const Network& into);

/// Writes the state_dict to `file` and the Python source of the module beside it. Throws Error{config} for layers that
/// PyTorch does not have.
std::vector<std::filesystem::path> write_torch(const ExportedModel& model, const std::filesystem::path& file);

}  // namespace convoy::formats
