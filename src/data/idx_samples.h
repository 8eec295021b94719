#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "convoy/dataset.h"
#include "data/idx.h"

namespace convoy {

/// The samples in an array of N images: height x width; height x width x 1 to 4 channels, or with the channels first,
/// which are turned to be last; or N rows of features. `transpose` exchanges height and width. Adds to `notes` what is
/// not as in MNIST. Throws Error{data}, with the file's name, for other arrays.
Dataset::Storage idx_samples(IdxArray images, bool transpose, const std::filesystem::path& file, Texts& notes);

/// The class numbers in an array of N integers, or of N rows of 8 as QMNIST has them, whose first is the class. Labels
/// count from `first`. Throws Error{data}, with the file's name, for other arrays and labels.
std::vector<int> idx_labels(const IdxArray& labels, int first, const std::filesystem::path& file);

}  // namespace convoy
