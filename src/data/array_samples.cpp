#include "data/array_samples.h"

#include <algorithm>
#include <cmath>

#include "core/fail.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

constexpr int most_channels = 4;
constexpr int most_classes = 1'000'000;

/// The order of a sample's numbers in an array: the one for (y, x, c) is at y * down + x * right + c * deeper.
struct SampleLayout {
  Shape shape;
  std::size_t down = 0;
  std::size_t right = 0;
  std::size_t deeper = 0;
};

/// The layout of images with their channels last.
SampleLayout image_layout(const Shape& shape) {
  const auto at = [&](int axis) { return static_cast<std::size_t>(shape[axis]); };
  return {shape, at(1) * at(2), at(2), 1};
}

/// The shape that data.shape stands for: two numbers are a grey image's. Throws Error{data} for other shapes than
/// 1 to 3 extents with 1 to 4 channels.
Shape given_shape(const Integers& given, const NamedArray& images) {
  Shape shape(given.begin(), given.end());
  if (given.size() == 2) shape = {shape[0], shape[1], 1};
  if (shape.rank() == 4 || (shape.rank() == 3 && shape[2] > most_channels)) {
    fail(images.name, "data.shape is " + shape.text() + ", expected height, width and 1 to " +
                          std::to_string(most_channels) + " channels");
  }
  return shape;
}

/// The advice to set data.shape, where so many features may be square images; else "".
std::string hint_at_shape(int features) {
  const int side = static_cast<int>(std::lround(std::sqrt(features)));
  if (side * side != features || side < 8) return "";
  return "; data.shape = [" + std::to_string(side) + ", " + std::to_string(side) + ", 1] makes images of them";
}

/// The layout of an array with two axes: of the given shape, or without one of features, on which it adds a note.
/// Throws Error{data} for a shape that does not fit.
SampleLayout layout_of_rows(const NamedArray& images, const std::optional<Integers>& given, Texts& notes) {
  const int features = images.array.extents[1];
  if (!given) {
    notes.push_back(images.name.string() + ": no height and width: " + std::to_string(features) + " features a sample" +
                    hint_at_shape(features));
    return {{features}, 0, 0, 1};
  }
  const Shape shape = given_shape(*given, images);
  if (shape.size() != static_cast<std::size_t>(features)) {
    fail(images.name, "data.shape is " + shape.text() + ", " + std::to_string(shape.size()) +
                          " numbers a sample, found " + std::to_string(features));
  }
  return shape.rank() == 3 ? image_layout(shape) : SampleLayout{shape, 0, 0, 1};
}

/// The layout of an array of images or rows. Throws Error{data} for other arrays, or another shape than the given one.
SampleLayout sample_layout(const NamedArray& images, const std::optional<Integers>& given, Texts& notes) {
  const auto& extents = images.array.extents;
  const auto at = [&](std::size_t axis) { return static_cast<std::size_t>(extents[axis]); };
  if (extents.size() == 2) return layout_of_rows(images, given, notes);
  SampleLayout layout;
  if (extents.size() == 3) {
    layout = image_layout({extents[1], extents[2], 1});
  } else if (extents.size() == 4 && extents[3] <= most_channels) {
    layout = image_layout({extents[1], extents[2], extents[3]});
  } else if (extents.size() == 4 && extents[1] <= most_channels) {
    layout = {{extents[2], extents[3], extents[1]}, at(3), 1, at(2) * at(3)};
  } else {
    fail(images.name,
         "expected images x height x width, with 1 to 4 channels last or first, or images x features; "
         "found " +
             images.array.text() + (extents.size() < 2 ? ", rank 1" : ""));
  }
  if (given && given_shape(*given, images) != layout.shape) {
    fail(images.name, "data.shape is " + given_shape(*given, images).text() + ", found " + layout.shape.text());
  }
  return layout;
}

/// The values in the order height x width x channels of `shape`, taken from samples in `layout`'s order, with rows and
/// columns exchanged if `transpose`.
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

/// The numbers as floats. Throws Error{data} for a number that is not finite as a float.
std::vector<float> floats_of(const NamedArray& images) {
  std::vector<float> values(images.array.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(images.array.number(i));
    if (!std::isfinite(values[i])) fail(images.name, "value " + std::to_string(i) + " is not finite");
  }
  return values;
}

/// Whole numbers as pixels, booleans as 0 and 255. Throws Error{data} for numbers beyond 0 to 255, whose range the file
/// does not tell.
std::vector<std::uint8_t> pixels_of(const NamedArray& images) {
  const double most = images.array.type.kind == NumberType::Kind::flag ? 1 : 255;
  std::vector<std::uint8_t> pixels(images.array.size());
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const double number = images.array.number(i);
    if (number < 0 || number > 255) {
      fail(images.name, "value " + std::to_string(i) + " is " + number_text(number) +
                            ", expected pixels from 0 to 255 in " + images.array.text() +
                            "; other ranges are read as floats");
    }
    pixels[i] = static_cast<std::uint8_t>(number * 255 / most);
  }
  return pixels;
}

/// The class numbers in one-hot rows: the place of the 1 in each. Throws Error{data} for other rows.
std::vector<int> classes_of_rows(const NamedArray& labels) {
  const auto columns = static_cast<std::size_t>(labels.array.extents[1]);
  std::vector<int> classes;
  for (std::size_t row = 0; row < labels.array.size() / columns; ++row) {
    int hot = -1;
    int others = 0;
    for (std::size_t column = 0; column < columns; ++column) {
      const double number = labels.array.number(row * columns + column);
      if (number == 1 && hot < 0) {
        hot = static_cast<int>(column);
      } else if (number != 0) {
        ++others;
      }
    }
    if (hot < 0 || others > 0) {
      fail(labels.name,
           "sample " + std::to_string(row) + ": expected a single 1 among zeros (one-hot) in " + labels.array.text());
    }
    classes.push_back(hot);
  }
  return classes;
}

/// Class names for labels that count from `first`: "1", "2" ...
Texts label_numbers(int first, int count) {
  Texts names;
  for (int i = 0; i < count; ++i) names.push_back(std::to_string(first + i));
  return names;
}

}  // namespace

Dataset::Storage array_samples(NamedArray images, const ArrayOptions& options, Texts& notes) {
  const SampleLayout layout = sample_layout(images, options.shape, notes);
  Dataset::Storage storage;
  storage.shape = layout.shape;
  if (options.transpose) {
    if (layout.shape.rank() == 1) {
      fail(images.name, "data.transpose needs images x height x width, found " + images.array.text());
    }
    storage.shape = {layout.shape[1], layout.shape[0], layout.shape[2]};
  }
  const bool channels_first = layout.deeper > 1;
  if (channels_first) {
    notes.push_back(images.name.string() + ": " + images.array.text() + ": channels first, turned to " +
                    storage.shape.text());
  }
  if (images.array.type.is_byte()) {
    storage.bytes = std::move(images.array.values);
  } else if (images.array.type.is_real()) {
    storage.floats = floats_of(images);
  } else {
    storage.bytes = pixels_of(images);
  }
  if (channels_first || options.transpose) {
    storage.bytes = arranged(storage.bytes, layout, storage.shape, options.transpose);
    storage.floats = arranged(storage.floats, layout, storage.shape, options.transpose);
  }
  if (options.invert) invert_samples(storage, images.name);
  return storage;
}

void invert_samples(Dataset::Storage& samples, const fs::path& name) {
  if (!samples.floats.empty()) fail(name, "data.invert needs images of bytes, found floats");
  for (auto& byte : samples.bytes) byte = static_cast<std::uint8_t>(255 - byte);
}

std::optional<int> class_of(double label, int first) {
  const bool within = label >= first && label - first < most_classes;  // false for NaN
  if (!within || label != std::floor(label)) return std::nullopt;
  return static_cast<int>(label) - first;
}

std::vector<int> array_labels(const NamedArray& labels, int first) {
  const auto& extents = labels.array.extents;
  if (extents.size() == 2 && extents[1] > 1) return classes_of_rows(labels);
  const bool one_each = extents.size() == 1 || (extents.size() == 2 && extents[1] == 1);
  if (!one_each || labels.array.type.is_real()) {
    fail(labels.name, "expected one whole number a sample, or one-hot rows, found " + labels.array.text());
  }
  std::vector<int> classes;
  for (std::size_t i = 0; i < labels.array.size(); ++i) {
    const double label = labels.array.number(i);
    const std::optional<int> number = class_of(label, first);
    if (!number) {
      fail(labels.name, "label " + number_text(label) + " of sample " + std::to_string(i) + ", expected " +
                            std::to_string(first) + " to " + std::to_string(first + most_classes - 1) +
                            (first > 0 ? " (data.first_label)" : ""));
    }
    classes.push_back(*number);
  }
  return classes;
}

Dataset labelled(Dataset::Storage samples, std::vector<int> labels, int first, const fs::path& source) {
  samples.labels = std::move(labels);
  if (first != 0) samples.class_names = label_numbers(first, std::ranges::max(samples.labels) + 1);
  samples.source = source.string();
  return Dataset(std::move(samples));
}

Dataset array_dataset(NamedArray images, const NamedArray& labels, const ArrayOptions& options, const fs::path& source,
                      Texts& notes) {
  const fs::path images_name = images.name;
  const std::size_t count = images.array.extents.empty() ? 0 : static_cast<std::size_t>(images.array.extents[0]);
  Dataset::Storage samples = array_samples(std::move(images), options, notes);
  std::vector<int> classes = array_labels(labels, options.first_label);
  if (classes.size() != count) {
    fail(labels.name, std::to_string(classes.size()) + " labels, but " + images_name.filename().string() + " has " +
                          std::to_string(count) + " images");
  }
  return labelled(std::move(samples), std::move(classes), options.first_label, source);
}

}  // namespace convoy
