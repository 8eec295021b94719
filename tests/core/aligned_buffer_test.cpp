#include "core/aligned_buffer.h"

#include <doctest/doctest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <vector>

using namespace convoy;

namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;

template <class T>
std::size_t beyond(const AlignedBuffer<T>& buffer, std::size_t alignment) {
  return reinterpret_cast<std::uintptr_t>(buffer.data()) % alignment;
}

}  // namespace

TEST_CASE("a buffer is 0 throughout, and begins with a cache line") {
  for (const std::size_t count : {1U, 15U, 1000U, 1U << 20U}) {
    AlignedBuffer<double> buffer(count);
    CHECK(buffer.span().size() == count);
    CHECK(beyond(buffer, 64) == 0);
    CHECK(std::ranges::all_of(buffer.span(), [](double value) { return value == 0; }));
    std::ranges::fill(buffer.span(), 1.5);
    CHECK(std::ranges::count(buffer.span(), 1.5) == static_cast<std::ptrdiff_t>(count));
  }
  CHECK(AlignedBuffer<float>(0).data() == nullptr);
}

TEST_CASE("from 4 MB on a buffer begins with a huge page, and small ones do not take one each") {
  CHECK(beyond(AlignedBuffer<std::byte>(2 * huge_page), huge_page) == 0);
  CHECK(beyond(AlignedBuffer<float>(huge_page), huge_page) == 0);
  const std::vector<AlignedBuffer<float>> small = [] {
    std::vector<AlignedBuffer<float>> buffers;
    for (int i = 0; i < 4; ++i) buffers.emplace_back(100);
    return buffers;
  }();
  CHECK(std::ranges::any_of(small, [](const auto& buffer) { return beyond(buffer, huge_page) != 0; }));
}

TEST_CASE("what a large buffer forgets is no longer in memory, and it can be used again") {
  AlignedBuffer<float> buffer(4 * huge_page);
  const auto resident = [&] {
    std::vector<unsigned char> pages(buffer.size() * sizeof(float) / 4096);
    REQUIRE(mincore(buffer.data(), buffer.size() * sizeof(float), pages.data()) == 0);
    return std::ranges::count_if(pages, [](unsigned char page) { return (page & 1U) != 0; });
  };
  CHECK(resident() > 0);
  buffer.forget();
  CHECK(resident() == 0);
  std::ranges::fill(buffer.span(), 1.5F);
  CHECK(std::ranges::count(buffer.span(), 1.5F) == static_cast<std::ptrdiff_t>(buffer.size()));

  AlignedBuffer<float> small(100);
  small.forget();
  CHECK(small.size() == 100);
}
