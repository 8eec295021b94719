#include "graph/arena.h"

#include <doctest/doctest.h>

#include "core/random.h"

using namespace convoy;

namespace {

bool overlap(const Lifetime& a, std::size_t at_a, const Lifetime& b, std::size_t at_b) {
  const bool in_time = a.first <= b.last && b.first <= a.last;
  const bool in_space = at_a < at_b + b.floats && at_b < at_a + a.floats;
  return in_time && in_space;
}

}  // namespace

TEST_CASE("buffers in use at the same time never overlap") {
  Random random(1, Purpose::split);
  for (int round = 0; round < 50; ++round) {
    std::vector<Lifetime> buffers;
    for (int i = 0; i < 40; ++i) {
      const int first = static_cast<int>(random.below(20));
      buffers.push_back({16 * (1 + random.below(9)), first, first + static_cast<int>(random.below(6))});
    }
    const ArenaPlan plan = plan_arena(buffers);
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      CHECK(plan.offsets[i] + buffers[i].floats <= plan.floats);
      for (std::size_t j = 0; j < i; ++j)
        CHECK_FALSE(overlap(buffers[i], plan.offsets[i], buffers[j], plan.offsets[j]));
    }
  }
}

TEST_CASE("a chain of buffers needs room for two of them") {
  std::vector<Lifetime> chain;
  for (int i = 0; i < 10; ++i) chain.push_back({32, i, i + 1});
  CHECK(plan_arena(chain).floats == 64);
}

TEST_CASE("no buffers need no memory") { CHECK(plan_arena({}).floats == 0); }
