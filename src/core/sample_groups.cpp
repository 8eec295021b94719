#include "core/sample_groups.h"

#include <bit>
#include <cstdint>

namespace convoy {

int SampleGroups::begin(int group) const { return static_cast<int>(std::int64_t{samples} * group / count); }

// The sums that wait while the one that began with `group` is made are one for each bit of its number.
int SampleGroups::place(int group) { return std::popcount(static_cast<unsigned>(group)); }

double SampleGroups::sum(const double* values) const {
  double sums[most_places];
  const auto part = [&](int group) {
    double& sum = sums[place(group)] = 0;
    for (int n = begin(group); n < begin(group + 1); ++n) sum += values[n];
  };
  reduce(part, [&](int left, int right) { sums[place(left)] += sums[place(right)]; });
  return sums[0];
}

}  // namespace convoy
