#include "io/checkpoint.h"

#include "convoy/error.h"

namespace convoy {
namespace {

std::vector<NamedTensor> all_tensors(const Checkpoint& checkpoint) {
  std::vector<NamedTensor> all = checkpoint.model;
  all.insert(all.end(), checkpoint.optimizer.begin(), checkpoint.optimizer.end());
  return all;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  Metadata metadata = checkpoint.metadata.to_map();
  metadata["progress"] = checkpoint.progress;
  std::vector<TensorToWrite> entries;
  for (const NamedTensor& tensor : all_tensors(checkpoint)) {
    std::vector<std::int64_t> extents;
    for (int axis = 0; axis < tensor.shape.rank(); ++axis) extents.push_back(tensor.shape[axis]);
    entries.push_back({tensor.name, extents, tensor.values});
  }
  write_safetensors(path, entries, metadata);
}

void load_checkpoint(const std::filesystem::path& path, Checkpoint& checkpoint) {
  const TensorFile file = read_safetensors(path);
  const auto progress = file.metadata.find("progress");
  if (progress == file.metadata.end()) {
    throw Error(ErrorKind::data, path.string() + ": a model, not a checkpoint: it does not say where training stood");
  }
  ModelMetadata metadata = ModelMetadata::from(file, path);
  load_tensors(file, path, all_tensors(checkpoint));
  checkpoint.metadata = std::move(metadata);
  checkpoint.progress = progress->second;
}

}  // namespace convoy
