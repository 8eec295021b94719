#include "io/checkpoint.h"

#include <new>
#include <nlohmann/json.hpp>

#include "convoy/foreign_text.h"
#include "core/fail.h"
#include "io/json_guard.h"

namespace convoy {
namespace {

/// The checkpoint's tensors, those of the model first; their values are not copied.
std::vector<NamedTensor> all_tensors(const Checkpoint& checkpoint) {
  std::vector<NamedTensor> all = checkpoint.model;
  all.insert(all.end(), checkpoint.training.begin(), checkpoint.training.end());
  return all;
}

/// The metadata of that key. Throws Error{data} without it, saying that the file is a model and no checkpoint.
const std::string& training_entry(const TensorFile& file, const std::filesystem::path& path, const char* key) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) {
    fail(path, "a model, not a checkpoint: it does not say where training stood");
  }
  return found->second;
}

/// Checksums from the JSON of a file's metadata. Throws Error{data} where it is damaged.
DataSums parse_sums(const std::string& json, const std::filesystem::path& path) {
  try {
    guard_json(json);
    return nlohmann::json::parse(json).get<DataSums>();
  } catch (const std::bad_alloc&) {
    throw;  // no fault of the file
  } catch (const std::exception&) {
    fail(path, "damaged metadata: \"data\"");
  }
}

}  // namespace

const std::vector<std::string> training_prefixes = {"optim.", "best.", "average."};

void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  Metadata metadata = checkpoint.metadata.to_map();
  metadata["progress"] = checkpoint.progress;
  metadata["data"] = json_text(nlohmann::json(checkpoint.data));
  std::vector<TensorToWrite> entries;
  for (const NamedTensor& tensor : all_tensors(checkpoint)) {
    entries.push_back({tensor.name, {tensor.shape.begin(), tensor.shape.end()}, tensor.values});
  }
  write_safetensors(path, entries, metadata);
}

void load_checkpoint(const std::filesystem::path& path, Checkpoint& checkpoint) {
  const TensorFile file = read_safetensors(path);
  const std::string& progress = training_entry(file, path, "progress");
  DataSums data = parse_sums(training_entry(file, path, "data"), path);
  ModelMetadata metadata = ModelMetadata::from(file, path);
  load_tensors(file, path, all_tensors(checkpoint));
  checkpoint.metadata = std::move(metadata);
  checkpoint.progress = progress;
  checkpoint.data = std::move(data);
}

}  // namespace convoy
