#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "convoy/dataset.h"
#include "convoy/fields.h"
#include "data/number_array.h"

namespace convoy {

/// How the arrays of a data set are meant.
struct ArrayOptions {
  std::optional<Integers> shape = {};
  bool transpose = false;
  int first_label = 0;
  bool invert = false;
};

/// The keys of the kinds whose samples are arrays of numbers.
template <class Options>
Fields<Options> array_fields() {
  return Fields<Options>()
      .add("shape", &Options::shape,
           "Height, width and channels of a sample whose numbers are in one row; without it they are features.",
           {.min = 1})
      .add("transpose", &Options::transpose, "Exchange rows and columns of each image: EMNIST's are stored that way.")
      .add("first_label", &Options::first_label,
           "The label of the first class: 1 for EMNIST's letters, whose labels go from 1 to 26.", {.min = 0, .max = 1});
}

template <class Options>
ArrayOptions array_options(const Options& options) {
  return {options.shape, options.transpose, options.first_label, options.invert};
}

/// An array, and what messages call it: its file.
struct NamedArray {
  std::filesystem::path name;
  NumberArray array;
};

/// The samples in an array of N images: height x width; height x width x 1 to 4 channels, or with the channels first,
/// which are turned to be last; or N rows of numbers, which are features or images of `options.shape`. Integers are
/// pixels from 0 to 255, booleans black or white; floats stay as they are. Adds to `notes` what is not as in MNIST.
/// Throws Error{data}, with the array's name, for other arrays.
Dataset::Storage array_samples(NamedArray images, const ArrayOptions& options, Texts& notes);

/// Turns dark on light into light on dark, or throws Error{data} for floats.
void invert_samples(Dataset::Storage& samples, const std::filesystem::path& name);

/// The class numbers in an array of N integers, or of N rows with a single 1 among zeros (one-hot). Labels count from
/// `first`. Throws Error{data}, with the array's name, for other arrays and labels.
std::vector<int> array_labels(const NamedArray& labels, int first);

/// The class number of a label; nothing for one that is no whole number from `first` on.
std::optional<int> class_of(double label, int first);

/// Samples with as many labels, which count from `first`. `source` is what messages call them.
Dataset labelled(Dataset::Storage samples, std::vector<int> labels, int first, const std::filesystem::path& source);

/// The samples and labels of two arrays. Throws Error{data}, with an array's name, where they do not fit.
Dataset array_dataset(NamedArray images, const NamedArray& labels, const ArrayOptions& options,
                      const std::filesystem::path& source, Texts& notes);

}  // namespace convoy
