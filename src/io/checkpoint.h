#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/data_sums.h"
#include "io/model_file.h"

namespace convoy {

/// A model file with what training needs to go on: the optimizer's arrays and the best epoch's weights, where it
/// stands, and on which data.
struct Checkpoint {
  std::vector<NamedTensor> model;
  std::vector<NamedTensor> training;  ///< named "optim.m/conv1/kernel" and "best.conv1/kernel"
  ModelMetadata metadata;
  std::string progress;  ///< JSON
  DataSums data;
};

/// What the names of Checkpoint::training begin with.
extern const std::vector<std::string> training_prefixes;

void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

/// Fills the tensors that `checkpoint` names, its metadata and progress. Throws Error{data} and then has changed no
/// tensor.
void load_checkpoint(const std::filesystem::path& path, Checkpoint& checkpoint);

}  // namespace convoy
