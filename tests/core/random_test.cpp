#include "core/random.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace convoy;

TEST_CASE("philox gives the known answers of Random123") {
  // kat_vectors of the Random123 library: philox4x32-10
  CHECK(philox(0, {0, 0, 0, 0}) == std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox(0xffffffffffffffff, {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}) ==
        std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox(0x299f31d0a4093822, {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}) ==
        std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("streams of one seed differ by purpose and index") {
  Random a(1, Purpose::shuffle, 0);
  Random b(1, Purpose::shuffle, 1);
  Random c(1, Purpose::dropout, 0);
  const auto first = a.next();
  CHECK(first != b.next());
  CHECK(first != c.next());
  CHECK(first == Random(1, Purpose::shuffle, 0).next());
}

TEST_CASE("a stream is Philox's words one after the other, block by block") {
  Random random(42, Purpose::dropout, 5, 6);
  for (std::uint32_t block = 0; block < 3; ++block) {
    for (const std::uint32_t word : philox(42, {block, 5, 6, static_cast<std::uint32_t>(Purpose::dropout)})) {
      CHECK(random.next() == word);
    }
  }
}

TEST_CASE("uniform and normal numbers have the right moments") {
  Random random(7, Purpose::initial_weights);
  double sum = 0;
  double squares = 0;
  double products = 0;
  double uniform_sum = 0;
  constexpr int count = 100000;
  for (int i = 0; i < count; ++i) {
    const auto [x, y] = random.normal_pair();
    sum += (x + y) / 2;
    squares += (x * x + y * y) / 2;
    products += x * y;
    const float u = random.uniform();
    CHECK((u >= 0 && u < 1));
    uniform_sum += u;
  }
  CHECK(std::abs(sum / count) < 0.02);
  CHECK(std::abs(squares / count - 1) < 0.02);
  CHECK(std::abs(products / count) < 0.02);
  CHECK(std::abs(uniform_sum / count - 0.5) < 0.01);
}

TEST_CASE("below covers its interval evenly") {
  Random random(3, Purpose::shuffle);
  int counts[7] = {};
  for (int i = 0; i < 70000; ++i) ++counts[random.below(7)];
  for (const int count : counts) CHECK(std::abs(count - 10000) < 500);
}

TEST_CASE("below is even also where its bound is no small part of all words, and a power of two takes the upper bits") {
  Random random(3, Purpose::shuffle);
  int multiples = 0;
  for (int i = 0; i < 30000; ++i) multiples += random.below(0xc0000000U) % 3 == 0 ? 1 : 0;
  CHECK(std::abs(multiples - 10000) < 400);
  Random bits(4, Purpose::shuffle);
  Random words = bits;
  for (int i = 0; i < 20; ++i) CHECK(bits.below(1U << 31U) == words.next() >> 1U);
}

TEST_CASE("a draw takes each number as often as any other, and loses none") {
  int counts[5] = {};
  for (std::uint32_t i = 0; i < 10000; ++i) {
    std::vector<int> order = draw(5, 2, Random(3, Purpose::split, i));
    ++counts[order[0]];
    ++counts[order[1]];
    std::ranges::sort(order);
    CHECK(order == std::vector{0, 1, 2, 3, 4});
  }
  for (const int count : counts) CHECK(std::abs(count - 4000) < 250);
  std::vector<int> all = draw(5, 5, Random(3, Purpose::split));
  std::ranges::sort(all);
  CHECK(all == std::vector{0, 1, 2, 3, 4});
}
