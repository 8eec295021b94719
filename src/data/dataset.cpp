#include "convoy/dataset.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "convoy/error.h"
#include "convoy/metrics.h"

namespace convoy {
namespace {

/// Throws Error{data} with the storage's source.
[[noreturn]] void fail_on(const Dataset::Storage& storage, const std::string& what) {
  throw Error(ErrorKind::data, (storage.source.empty() ? "data" : storage.source) + ": " + what);
}

/// The number of samples. Throws Error{data} where members disagree on it or a label is negative.
std::size_t checked_size(const Dataset::Storage& storage) {
  const std::size_t values = std::max(storage.bytes.size(), storage.floats.size());
  const std::size_t each = storage.shape.size();
  if (!storage.bytes.empty() && !storage.floats.empty()) fail_on(storage, "samples are given as bytes and as floats");
  if (values % each != 0) {
    fail_on(storage, std::to_string(values) + " values are no whole number of " + storage.shape.text() + " samples");
  }
  const std::size_t size = values / each;
  if (!storage.labels.empty() && storage.labels.size() != size) {
    fail_on(storage, std::to_string(size) + " samples but " + std::to_string(storage.labels.size()) + " labels");
  }
  if (!storage.files.empty() && storage.files.size() != size) {
    fail_on(storage, std::to_string(size) + " samples but " + std::to_string(storage.files.size()) + " files");
  }
  const std::size_t targets = size * static_cast<std::size_t>(std::max(0, storage.target_size));
  if (storage.targets.size() != targets) {
    fail_on(storage, std::to_string(storage.targets.size()) + " target values, expected " + std::to_string(targets));
  }
  const auto negative = std::ranges::find_if(storage.labels, [](int label) { return label < 0; });
  if (negative != storage.labels.end()) fail_on(storage, "label " + std::to_string(*negative) + " is negative");
  return size;
}

/// "cat", "dog" and so on, at most ten of them.
std::string list_of(const Texts& names) {
  constexpr std::size_t most = 10;
  std::string list;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) list += (i == 0 ? "\"" : ", \"") + names[i] + "\"";
  return names.size() <= most ? list : list + " and " + std::to_string(names.size() - most) + " more";
}

/// Throws Error{data} that names the classes unknown to a model, and its own: `names`, or the numbers below `classes`.
[[noreturn]] void fail_unknown(const Dataset::Storage& storage, const Texts& unknown, const Texts& names, int classes) {
  const std::string trained = names.empty() ? "the numbers 0 to " + std::to_string(classes - 1) : list_of(names);
  fail_on(storage, (unknown.size() == 1 ? "class " : "classes ") + list_of(unknown) +
                       (unknown.size() == 1 ? " is" : " are") + " unknown to the model, which was trained on " +
                       trained);
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
  for (const int i : which) {
    if (i < 0 || i >= size()) {
      throw Error(ErrorKind::data,
                  storage_->source + ": no sample " + std::to_string(i) + ", there are " + std::to_string(size()));
    }
    part.indices_.push_back(index(i));
  }
  return part;
}

Dataset Dataset::with_classes(const std::vector<std::string>& names, int classes) const {
  if (storage_->class_names == names) return *this;
  if (storage_->labels.empty()) {  // the columns of targets are the network's outputs
    if (storage_->class_names.empty() || names.empty()) return *this;
    fail_on(*storage_, "its targets are for the classes " + list_of(storage_->class_names) +
                           ", the model was trained on " + list_of(names));
  }
  std::map<std::string, int> numbers;
  const int known_classes = names.empty() ? classes : static_cast<int>(names.size());
  for (int i = 0; i < known_classes; ++i) numbers.emplace(class_name(names, i), i);
  std::map<int, int> renumbered;
  Texts unknown;
  for (const int label : storage_->labels) {
    if (renumbered.contains(label)) continue;
    const auto known = numbers.find(class_name(storage_->class_names, label));
    if (known == numbers.end()) unknown.push_back(class_name(storage_->class_names, label));
    renumbered[label] = known == numbers.end() ? 0 : known->second;
  }
  if (!unknown.empty()) fail_unknown(*storage_, unknown, names, classes);
  auto storage = std::make_shared<Storage>(*storage_);
  for (int& label : storage->labels) label = renumbered[label];
  storage->class_names = names;
  Dataset same = *this;
  same.storage_ = std::move(storage);
  return same;
}

const Dataset& DataSplits::split(const std::string& name) const {
  if (name == "train") return train;
  if (name == "test") return test;
  if (name == "validation" && !validation.empty()) return validation;
  throw Error(ErrorKind::config, name == "validation" ? "no validation samples are set aside; see data.validation"
                                                      : "split \"" + name + "\": expected train, validation or test");
}

}  // namespace convoy
