#include "kernels/peak.h"

#include "kernels/simd.h"

namespace convoy::kernels {
namespace {

// More chains than a multiply-add's latency (4 to 5 cycles) times the units (2), and no more than there are registers.
constexpr int chains = 12;

float multiply_add(std::int64_t rounds) {
  const Vec factor = broadcast(0.5F);
  const Vec summand = broadcast(1.0F);
  Vec sums[chains];
  for (int i = 0; i < chains; ++i) sums[i] = broadcast(static_cast<float>(i));  // equal chains would be computed once
  for (std::int64_t round = 0; round < rounds; ++round) {
    CONVOY_UNROLL for (int i = 0; i < chains; ++i) sums[i] = sums[i] * factor + summand;
  }
  for (int i = 1; i < chains; ++i) sums[0] += sums[i];
  return sum(sums[0]);
}

}  // namespace

template <>
const PeakKernels Table<PeakKernels, Isa::CONVOY_KERNEL_ISA>::functions = {2 * chains* lanes, multiply_add};

}  // namespace convoy::kernels
