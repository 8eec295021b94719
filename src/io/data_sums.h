#pragma once

#include <string>
#include <utility>
#include <vector>

#include "convoy/dataset.h"
#include "convoy/settings.h"

namespace convoy {

/// The data that a run depends on: names of files, or of folders as a whole, each with its SHA-256.
using DataSums = std::vector<std::pair<std::string, std::string>>;

/// Reads the data that [data] names and returns their SHA-256: one for each file, or one over all images of a
/// folder and their names. Files that are not part of the data set, or not of the part that `need` asks for, do not
/// count. Throws Error{data} for a file that is missing or cannot be read.
DataSums sums_of_data(const Settings& data, Need need = Need::all);

/// Whether sums_of_data() has one sum for each file, so that a part of the data can be compared alone.
bool has_sum_of_each_file(const Settings& data);

/// The first file of `trained` that is missing or different in `now`, in words: "train-labels-idx1-ubyte has other
/// contents"; "" where there is none.
std::string first_change(const DataSums& trained, const DataSums& now);

}  // namespace convoy
