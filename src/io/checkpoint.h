#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/data_sums.h"
#include "io/model_file.h"

namespace convoy {

/// A model file with what training needs to continue: the optimizer's arrays and the best epoch's weights, how far
/// training got, and the checksums of its data. Its tensors refer to memory of others.
struct Checkpoint {
  std::vector<NamedTensor> model;
  std::vector<NamedTensor> training;  ///< named "optim.m/conv1/kernel" and "best.conv1/kernel"
  ModelMetadata metadata;
  std::string progress;  ///< how far training got, as JSON
  DataSums data;
};

/// The beginnings of the names in Checkpoint::training.
extern const std::vector<std::string> training_prefixes;

/// Writes a checkpoint in place of the file, atomically. Throws Error{failed} where it cannot be written.
void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

/// Reads a file into the tensors that `checkpoint` names, and sets its metadata, progress and data. Throws Error{data}
/// and then has changed nothing.
void load_checkpoint(const std::filesystem::path& path, Checkpoint& checkpoint);

}  // namespace convoy
