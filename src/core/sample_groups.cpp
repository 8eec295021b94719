#include "core/sample_groups.h"

#include <bit>
#include <cstdint>

namespace convoy {

// samples * group / count, without a division: kernels call it often.
int SampleGroups::begin(int group) const {
  return static_cast<int>((std::int64_t{samples} * group) >> std::countr_zero(static_cast<unsigned>(count)));
}

double SampleGroups::sum(const double* values) const {
  double sums[most_places];
  const auto part = [&](Sum of) {
    double& sum = sums[of.place] = 0;
    for (int n = begin(of.group); n < begin(of.group + 1); ++n) sum += values[n];
  };
  reduce(part, [&](Sum left, Sum right) { sums[left.place] += sums[right.place]; });
  return sums[0];
}

}  // namespace convoy
