#include "data/idx_samples.h"

#include <algorithm>
#include <cmath>

#include "core/fail.h"

namespace convoy {
namespace {

constexpr int most_channels = 4;
constexpr int most_classes = 1'000'000;

/// How samples lie in a file: place (y, x, c) of one is at y * down + x * right + c * deeper.
struct SampleLayout {
  Shape shape;
  std::size_t down = 0;
  std::size_t right = 0;
  std::size_t deeper = 0;
};

SampleLayout sample_layout(const IdxArray& images, const std::filesystem::path& file) {
  const auto& extents = images.extents;
  const auto at = [&](std::size_t axis) { return static_cast<std::size_t>(extents[axis]); };
  if (extents.size() == 2) return {{extents[1]}, 0, 0, 1};
  if (extents.size() == 3) return {{extents[1], extents[2], 1}, at(2), 1, 1};
  if (extents.size() == 4 && extents[3] <= most_channels) {
    return {{extents[1], extents[2], extents[3]}, at(2) * at(3), at(3), 1};
  }
  if (extents.size() == 4 && extents[1] <= most_channels) {
    return {{extents[2], extents[3], extents[1]}, at(3), 1, at(2) * at(3)};
  }
  fail(file, "expected images x height x width, with 1 to 4 channels last or first, or images x features; found " +
                 images.text() + (extents.size() == 1 ? ", rank 1" : ""));
}

/// The values in the order of `shape`, of which each sample is read by `layout`, with or without its sides exchanged.
template <class T>
std::vector<T> arranged(const std::vector<T>& values, const SampleLayout& layout, const Shape& shape, bool transpose) {
  const std::size_t down = transpose ? layout.right : layout.down;
  const std::size_t right = transpose ? layout.down : layout.right;
  std::vector<T> result;
  result.reserve(values.size());
  for (std::size_t sample = 0; sample < values.size(); sample += shape.size()) {
    for (int y = 0; y < shape[0]; ++y) {
      for (int x = 0; x < shape[1]; ++x) {
        for (int c = 0; c < shape[2]; ++c) {
          result.push_back(values[sample + static_cast<std::size_t>(y) * down + static_cast<std::size_t>(x) * right +
                                  static_cast<std::size_t>(c) * layout.deeper]);
        }
      }
    }
  }
  return result;
}

std::vector<float> floats_of(const IdxArray& images, const std::filesystem::path& file) {
  std::vector<float> values(images.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(images.number(i));
    if (!std::isfinite(values[i])) fail(file, "value " + std::to_string(i) + " is not finite");
  }
  return values;
}

}  // namespace

Dataset::Storage idx_samples(IdxArray images, bool transpose, const std::filesystem::path& file, Texts& notes) {
  const SampleLayout layout = sample_layout(images, file);
  const bool is_bytes = images.type == IdxType::bytes;
  if (!is_bytes && images.type != IdxType::floats && images.type != IdxType::doubles) {
    fail(file, "expected images of bytes, floats or doubles, found " + images.text());
  }
  Dataset::Storage storage;
  storage.shape = layout.shape;
  if (layout.shape.rank() == 1) {
    if (transpose) fail(file, "data.transpose needs images x height x width, found " + images.text());
    notes.push_back(file.string() + ": no height and width: " + layout.shape.text() + " features a sample");
  } else if (transpose) {
    storage.shape = {layout.shape[1], layout.shape[0], layout.shape[2]};
  }
  const bool channels_first = layout.deeper > 1;
  if (channels_first) {
    notes.push_back(file.string() + ": " + images.text() + ": channels first, turned to " + storage.shape.text());
  }
  if (is_bytes) {
    storage.bytes = std::move(images.values);
  } else {
    storage.floats = floats_of(images, file);
  }
  if (channels_first || transpose) {
    storage.bytes = arranged(storage.bytes, layout, storage.shape, transpose);
    storage.floats = arranged(storage.floats, layout, storage.shape, transpose);
  }
  return storage;
}

std::vector<int> idx_labels(const IdxArray& labels, int first, const std::filesystem::path& file) {
  const bool is_float = labels.type == IdxType::floats || labels.type == IdxType::doubles;
  const bool qmnist = labels.extents.size() == 2 && labels.extents[1] == 8 && labels.type == IdxType::ints;
  if (is_float || (labels.extents.size() != 1 && !qmnist)) {
    fail(file, "expected one whole number a sample, or QMNIST's eight, found " + labels.text());
  }
  std::vector<int> classes;
  for (std::size_t i = 0; i < labels.size(); i += qmnist ? 8 : 1) {
    const double label = labels.number(i);
    if (label < first || label - first >= most_classes) {
      fail(file, "label " + std::to_string(static_cast<std::int64_t>(label)) + " of sample " +
                     std::to_string(classes.size()) + ", expected " + std::to_string(first) + " to " +
                     std::to_string(first + most_classes - 1) + (first > 0 ? " (data.first_label)" : ""));
    }
    classes.push_back(static_cast<int>(label) - first);
  }
  return classes;
}

}  // namespace convoy
