#include "graph/arena.h"

#include <algorithm>
#include <numeric>

namespace convoy {
namespace {

/// Whether two buffers are in use at the same time.
bool overlap_in_time(const Lifetime& a, const Lifetime& b) { return a.first <= b.last && b.first <= a.last; }

/// A part of the block, in floats, from `begin` to before `end`.
struct Range {
  std::size_t begin;
  std::size_t end;
};

/// The lowest offset where `floats` fit between or after the ranges `taken`.
std::size_t lowest_gap(std::vector<Range> taken, std::size_t floats) {
  std::ranges::sort(taken, {}, &Range::begin);
  std::size_t offset = 0;
  for (const Range& range : taken) {
    if (offset + floats <= range.begin) break;
    offset = std::max(offset, range.end);
  }
  return offset;
}

}  // namespace

ArenaPlan plan_arena(std::span<const Lifetime> buffers) {
  ArenaPlan plan;
  plan.offsets.resize(buffers.size());
  std::vector<std::size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater{}, [&](std::size_t i) { return buffers[i].floats; });
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const std::size_t current = order[rank];
    std::vector<Range> taken;
    for (std::size_t earlier = 0; earlier < rank; ++earlier) {
      const std::size_t other = order[earlier];
      if (!overlap_in_time(buffers[current], buffers[other])) continue;
      taken.push_back({plan.offsets[other], plan.offsets[other] + buffers[other].floats});
    }
    plan.offsets[current] = lowest_gap(std::move(taken), buffers[current].floats);
    plan.floats = std::max(plan.floats, plan.offsets[current] + buffers[current].floats);
  }
  return plan;
}

}  // namespace convoy
