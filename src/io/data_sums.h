#pragma once

#include <string>
#include <utility>
#include <vector>

#include "convoy/dataset.h"
#include "convoy/settings.h"

namespace convoy {

/// What data a run depends on: files, or folders as a whole, each with its SHA-256.
using DataSums = std::vector<std::pair<std::string, std::string>>;

/// SHA-256 of the data that [data] names, which must exist: of each idx file, or of all images of a folder, with their
/// names. What is no part of the data set does not count, nor what is not needed.
DataSums sums_of_data(const Settings& data, Need need = Need::all);

/// Whether each file has a sum of its own, so that a part of the data can be compared alone.
bool has_sum_of_each_file(const Settings& data);

/// What has changed since `trained`, in words: "train-labels-idx1-ubyte has other contents"; "" for the same data.
std::string first_change(const DataSums& trained, const DataSums& now);

}  // namespace convoy
