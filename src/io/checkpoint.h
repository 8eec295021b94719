#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/model_file.h"

namespace convoy {

/// A model file with what training needs to go on: the optimizer's arrays, as "optim.<slot>/<tensor>", and where it
/// stands, as JSON.
struct Checkpoint {
  std::vector<NamedTensor> model;
  std::vector<NamedTensor> optimizer;  ///< named "optim.m/conv1/kernel"
  ModelMetadata metadata;
  std::string progress;  ///< JSON
};

void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

/// Fills the tensors that `checkpoint` names, its metadata and progress. Throws Error{data} and then has changed no
/// tensor.
void load_checkpoint(const std::filesystem::path& path, Checkpoint& checkpoint);

}  // namespace convoy
