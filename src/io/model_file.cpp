#include "io/model_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <nlohmann/json.hpp>
#include <optional>

#include "convoy/foreign_text.h"
#include "convoy/version.h"
#include "core/fail.h"
#include "core/value_text.h"
#include "io/checksum.h"
#include "io/json_guard.h"

namespace convoy {
namespace {

constexpr const char* format = "convoy";       ///< the metadata's "format"
constexpr const char* format_version = "2";    ///< the format version that is written
constexpr const char* without_checksum = "1";  ///< the format version of models without a checksum

/// A shape as "3x3x1x32", or "scalar".
std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const auto extent : shape) text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text.empty() ? "scalar" : text;
}

/// The end of messages about tensors that do not fit the network.
constexpr const char* another_network = "; the file was written for another network";

/// Throws Error{data} unless the stored tensor, null if missing, fits `tensor`: float32, of the same shape, all numbers
/// finite, no variance below 0.
void check_fits(const NamedTensor& tensor, const StoredTensor* stored, const std::filesystem::path& path) {
  if (stored == nullptr) fail(path, "tensor \"" + tensor.name + "\" is missing" + another_network);
  if (stored->dtype != DType::f32)
    fail(path, "tensor \"" + tensor.name + "\": expected F32, found " + name_of(stored->dtype));
  if (!std::ranges::equal(stored->shape, tensor.shape)) {
    fail(path, "tensor \"" + tensor.name + "\": expected " + tensor.shape.text() + ", found " +
                   shape_text(stored->shape) + another_network);
  }
  const bool variance = tensor.name.ends_with("/moving_variance");
  for (std::size_t i = 0; i < stored->bytes.size(); i += sizeof(float)) {
    float value{};
    std::memcpy(&value, stored->bytes.data() + i, sizeof value);
    if (!std::isfinite(value)) fail(path, "tensor \"" + tensor.name + "\" holds a number that is not finite");
    if (variance && value < 0) fail(path, "tensor \"" + tensor.name + "\" holds a variance below 0");
  }
}

/// The metadata of that key. Throws Error{data} without it.
const std::string& metadata_entry(const TensorFile& file, const std::filesystem::path& path, const char* key) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end())
    fail(path, std::string("no \"") + key + "\" in its metadata; was it written by convoy?");
  return found->second;
}

/// Whether all numbers of the scaling are finite.
bool is_finite(const Scaling& scaling) {
  const auto all_finite = [](const std::vector<float>& numbers) {
    return std::ranges::all_of(numbers, [](float number) { return std::isfinite(number); });
  };
  return all_finite(scaling.multiply) && all_finite(scaling.add) && std::isfinite(scaling.threshold.value_or(0));
}

/// A name that appears more than once, if there is one.
std::optional<std::string> repeated(std::vector<std::string> names) {
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  return twice == names.end() ? std::nullopt : std::optional(*twice);
}

}  // namespace

Metadata ModelMetadata::to_map() const {
  nlohmann::json scaling_json = {{"multiply", scaling.multiply}, {"add", scaling.add}};
  if (scaling.threshold) scaling_json["threshold"] = *scaling.threshold;
  return {{"format", format},
          {"format_version", format_version},
          {"convoy_version", version()},
          {"config", config},
          {"scaling", json_text(scaling_json)},
          {"class_names", json_text(nlohmann::json(class_names))}};
}

ModelMetadata ModelMetadata::from(const TensorFile& file, const std::filesystem::path& path) {
  if (metadata_entry(file, path, "format") != format) fail(path, "not a convoy model");
  const std::string& written = metadata_entry(file, path, "format_version");
  if (written != format_version && written != without_checksum) {
    fail(path, "format version \"" + brief(written, 40) + "\", this convoy reads versions 1 and 2; " +
                   "a newer convoy may read it");
  }
  if (written == format_version && !file.metadata.contains(checksum_key)) fail(path, "damaged: it has no checksum");
  ModelMetadata metadata;
  metadata.config = metadata_entry(file, path, "config");
  metadata.convoy_version = metadata_entry(file, path, "convoy_version");
  const std::string& scaling_text = metadata_entry(file, path, "scaling");
  const std::string& names_text = metadata_entry(file, path, "class_names");
  try {
    guard_json(scaling_text);
    guard_json(names_text);
    const auto scaling = nlohmann::json::parse(scaling_text);
    scaling.at("multiply").get_to(metadata.scaling.multiply);
    scaling.at("add").get_to(metadata.scaling.add);
    if (scaling.contains("threshold")) metadata.scaling.threshold = scaling["threshold"].get<float>();
    nlohmann::json::parse(names_text).get_to(metadata.class_names);
  } catch (const std::bad_alloc&) {
    throw;  // no fault of the file
  } catch (const std::exception&) {
    fail(path, "damaged metadata: \"scaling\" or \"class_names\"");
  }
  if (!is_finite(metadata.scaling)) fail(path, "damaged metadata: \"scaling\" holds a number that is not finite");
  if (const auto twice = repeated(metadata.class_names)) {
    fail(path, "damaged metadata: two classes are named " + in_quotes(*twice));
  }
  return metadata;
}

void save_model(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                const ModelMetadata& metadata) {
  std::vector<TensorToWrite> entries;
  for (const NamedTensor& tensor : tensors) {
    entries.push_back({tensor.name, {tensor.shape.begin(), tensor.shape.end()}, tensor.values});
  }
  write_safetensors(path, entries, metadata.to_map());
}

void load_tensors(const TensorFile& file, const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                  const std::vector<std::string>& ignored) {
  for (const NamedTensor& tensor : tensors) check_fits(tensor, file.find(tensor.name), path);
  for (const StoredTensor& stored : file.tensors) {
    const bool known = std::ranges::find(tensors, stored.name, &NamedTensor::name) != tensors.end();
    const bool may_be_left =
        std::ranges::any_of(ignored, [&](const std::string& prefix) { return stored.name.starts_with(prefix); });
    if (!known && !may_be_left)
      fail(path, "tensor " + in_quotes(stored.name) + " is not part of the network" + another_network);
  }
  for (const NamedTensor& tensor : tensors) {
    const StoredTensor* stored = file.find(tensor.name);
    std::memcpy(tensor.values.data(), stored->bytes.data(), stored->bytes.size());
  }
}

}  // namespace convoy
