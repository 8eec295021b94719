#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "convoy/dataset.h"

namespace convoy {

/// Divides `count` samples among classes in proportion to their sizes (by largest remainder: Hamilton's method of
/// apportionment), at least `least` and at most `most` of each class. `count` must be between the sums of these bounds.
std::vector<int> shares_of(const std::vector<int>& sizes, int count, const std::vector<int>& least,
                           const std::vector<int>& most);

/// The indices of a data set's samples in two parts, each in ascending order.
struct Division {
  std::vector<int> drawn;
  std::vector<int> rest;
};

/// The purpose of a draw; each has separate random numbers.
enum class Draw : std::uint32_t { validation = 0, test = 1, limit = 2, probe = 3 };

/// Draws `count` samples by the seed, of each class in proportion to its size. For validation and test each class keeps
/// at least one sample in the rest; for limit and probe each class has at least one among the drawn, if `count` allows
/// it. Throws Error{data}, which names the purpose, where too few would be left.
Division draw_by_class(const Dataset& data, int count, std::uint64_t seed, Draw purpose);

/// The count of samples of each class, by class number.
std::vector<int> class_sizes(const Dataset& data);

/// The names, or the numbers, of some classes: "cat, dog", after ten of them "and 7 more".
std::string class_list(const Dataset& data, const std::vector<std::size_t>& classes);

}  // namespace convoy
