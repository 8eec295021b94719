#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "convoy/dataset.h"

namespace convoy {

/// How many of `count` samples each class gives, in proportion to its size (by largest remainder: Hamilton's method of
/// apportionment), but at least `least` and at most `most` of its own. `count` lies between the sums of these bounds.
std::vector<int> shares_of(const std::vector<int>& sizes, int count, const std::vector<int>& least,
                           const std::vector<int>& most);

/// The numbers of a data set's samples in two parts, each in the data set's order.
struct Division {
  std::vector<int> drawn;
  std::vector<int> rest;
};

/// What a draw is for: each has its own random numbers.
enum class Draw : std::uint32_t { validation = 0, test = 1, limit = 2, probe = 3 };

/// Draws `count` samples by the seed, of each class its share. Each class that has a sample keeps one: in the rest, or,
/// where nothing is set aside (limit, probe), among those drawn, as far as the count allows it. Throws Error{data},
/// which says what they were for, where too few would be left.
Division draw_by_class(const Dataset& data, int count, std::uint64_t seed, Draw purpose);

/// Samples of each class, by its number.
std::vector<int> class_sizes(const Dataset& data);

/// The names, or the numbers, of some classes: "cat, dog", after ten of them "and 7 more".
std::string class_list(const Dataset& data, const std::vector<std::size_t>& classes);

}  // namespace convoy
