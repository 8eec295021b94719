#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "convoy/dataset.h"
#include "convoy/fields.h"
#include "data/number_array.h"

namespace convoy {

/// How to read the arrays of a data set: the keys of array_fields, and invert.
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

/// The options of a kind that concern its arrays.
template <class Options>
ArrayOptions array_options(const Options& options) {
  return {options.shape, options.transpose, options.first_label, options.invert};
}

/// An array, and its name for messages: the file.
struct NamedArray {
  std::filesystem::path name;
  NumberArray array;
};

/// The samples, without labels, in an array of N images: height x width; height x width x 1 to 4 channels, or with the
/// channels first, which are moved to the end; or N rows of numbers, which are features or images of `options.shape`.
/// Integers are pixels from 0 to 255, booleans black or white; floats are not changed. Adds a note on channels moved
/// and on rows taken as features. Transposes and inverts as the options say. Throws Error{data}, with the array's name,
/// for other arrays.
Dataset::Storage array_samples(NamedArray images, const ArrayOptions& options, Texts& notes);

/// Turns dark on light images into light on dark ones. Throws Error{data} with the name for floats.
void invert_samples(Dataset::Storage& samples, const std::filesystem::path& name);

/// The class numbers in an array of N integers, or of N rows with a single 1 among zeros (one-hot). Labels count from
/// `first`. Throws Error{data}, with the array's name, for other arrays and labels.
std::vector<int> array_labels(const NamedArray& labels, int first);

/// The class number of a label, label - first; nothing where it is not a whole number of at least `first`, or is beyond
/// a million classes.
std::optional<int> class_of(double label, int first);

/// The samples with these class numbers. Where labels count from `first` > 0, the classes are named by their labels;
/// `source` is the data's name for messages. Throws Error{data} where the numbers of samples and labels differ.
Dataset labelled(Dataset::Storage samples, std::vector<int> labels, int first, const std::filesystem::path& source);

/// The samples and labels of two arrays; adds notes as array_samples. Throws Error{data}, with an array's name, for
/// arrays that cannot be read as such or have different numbers of samples.
Dataset array_dataset(NamedArray images, const NamedArray& labels, const ArrayOptions& options,
                      const std::filesystem::path& source, Texts& notes);

}  // namespace convoy
