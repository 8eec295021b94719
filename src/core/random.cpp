#include "core/random.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "core/portable_math.h"

namespace convoy {
namespace {

/// The two halves of a 64-bit product.
struct Product {
  std::uint32_t high;
  std::uint32_t low;
};

Product wide_product(std::uint32_t a, std::uint32_t b) {
  const std::uint64_t product = std::uint64_t{a} * b;
  return {static_cast<std::uint32_t>(product >> 32), static_cast<std::uint32_t>(product)};
}

}  // namespace

std::array<std::uint32_t, 4> philox(std::uint64_t key, std::array<std::uint32_t, 4> counter) {
  auto key0 = static_cast<std::uint32_t>(key);
  auto key1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const Product a = wide_product(0xD2511F53U, counter[0]);
    const Product b = wide_product(0xCD9E8D57U, counter[2]);
    counter = {b.high ^ counter[1] ^ key0, b.low, a.high ^ counter[3] ^ key1, a.low};
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
  return counter;
}

std::uint32_t Random::next() {
  if (used_ == 4) {
    words_ = philox(seed_, counter_);
    ++counter_[0];
    used_ = 0;
  }
  return words_[static_cast<std::size_t>(used_++)];
}

std::pair<float, float> Random::normal_pair() {
  const double radius = std::sqrt(-2.0 * portable::log(1.0 - static_cast<double>(uniform())));
  const double angle = 2.0 * std::numbers::pi * static_cast<double>(uniform());
  return {static_cast<float>(radius * portable::cos(angle)), static_cast<float>(radius * portable::sin(angle))};
}

std::uint32_t Random::below(std::uint32_t bound) {
  // Lemire 2019, "Fast random integer generation in an interval": reject the few words that would favour small results.
  const std::uint32_t threshold = (0U - bound) % bound;
  while (true) {
    const Product product = wide_product(next(), bound);
    if (product.low >= threshold) return product.high;
  }
}

std::vector<int> draw(int size, int count, Random random) {
  std::vector<int> order(static_cast<std::size_t>(size));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    std::swap(order[i], order[i + random.below(static_cast<std::uint32_t>(order.size() - i))]);
  }
  return order;
}

}  // namespace convoy
