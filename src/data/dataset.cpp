#include "convoy/dataset.h"

#include <algorithm>
#include <numeric>

#include "convoy/error.h"

namespace convoy {
namespace {

[[noreturn]] void fail(const Dataset::Storage& storage, const std::string& what) {
  throw Error(ErrorKind::data, (storage.source.empty() ? "data" : storage.source) + ": " + what);
}

/// The number of samples, after checking that all parts agree on it.
std::size_t checked_size(const Dataset::Storage& storage) {
  const std::size_t values = std::max(storage.bytes.size(), storage.floats.size());
  const std::size_t each = storage.shape.size();
  if (!storage.bytes.empty() && !storage.floats.empty()) fail(storage, "samples are given as bytes and as floats");
  if (values % each != 0) {
    fail(storage, std::to_string(values) + " values are no whole number of " + storage.shape.text() + " samples");
  }
  const std::size_t size = values / each;
  if (!storage.labels.empty() && storage.labels.size() != size) {
    fail(storage, std::to_string(size) + " samples but " + std::to_string(storage.labels.size()) + " labels");
  }
  const std::size_t targets = size * static_cast<std::size_t>(std::max(0, storage.target_size));
  if (storage.targets.size() != targets) {
    fail(storage, std::to_string(storage.targets.size()) + " target values, expected " + std::to_string(targets));
  }
  const auto negative = std::ranges::find_if(storage.labels, [](int label) { return label < 0; });
  if (negative != storage.labels.end()) fail(storage, "label " + std::to_string(*negative) + " is negative");
  return size;
}

}  // namespace

Dataset::Dataset(Storage storage) {
  indices_.resize(checked_size(storage));
  std::iota(indices_.begin(), indices_.end(), 0);
  storage_ = std::make_shared<Storage>(std::move(storage));
}

Dataset Dataset::from_bytes(const Shape& shape, std::vector<std::uint8_t> images, std::vector<int> labels) {
  Storage storage;
  storage.shape = shape;
  storage.bytes = std::move(images);
  storage.labels = std::move(labels);
  storage.source = "memory";
  return Dataset(std::move(storage));
}

Dataset Dataset::from_floats(const Shape& shape, std::vector<float> samples, std::vector<int> labels) {
  Storage storage;
  storage.shape = shape;
  storage.floats = std::move(samples);
  storage.labels = std::move(labels);
  storage.source = "memory";
  return Dataset(std::move(storage));
}

Dataset Dataset::from_floats(const Shape& shape, std::vector<float> samples, std::vector<float> targets,
                             int target_size) {
  Storage storage;
  storage.shape = shape;
  storage.floats = std::move(samples);
  storage.targets = std::move(targets);
  storage.target_size = target_size;
  storage.source = "memory";
  return Dataset(std::move(storage));
}

int Dataset::classes() const {
  if (!storage_->class_names.empty()) return static_cast<int>(storage_->class_names.size());
  if (storage_->target_size > 0) return storage_->target_size;
  if (storage_->labels.empty()) return 0;
  return *std::ranges::max_element(storage_->labels) + 1;
}

Dataset Dataset::slice(int first, int count) const {
  if (first < 0 || count < 0 || first > size() - count) {
    throw Error(ErrorKind::data, storage_->source + ": samples " + std::to_string(first) + " to " +
                                     std::to_string(static_cast<long long>(first) + count) + " of " +
                                     std::to_string(size()));
  }
  Dataset part = *this;
  part.indices_.assign(indices_.begin() + first, indices_.begin() + first + count);
  return part;
}

Dataset Dataset::select(std::span<const int> which) const {
  Dataset part = *this;
  part.indices_.clear();
  for (const int i : which) part.indices_.push_back(index(i));
  return part;
}

const Dataset& DataSplits::split(const std::string& name) const {
  if (name == "train") return train;
  if (name == "test") return test;
  if (name == "validation" && !validation.empty()) return validation;
  throw Error(ErrorKind::config, name == "validation" ? "no validation samples are set aside; see data.validation"
                                                      : "split \"" + name + "\": expected train, validation or test");
}

}  // namespace convoy
