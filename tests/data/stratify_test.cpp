#include "data/stratify.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "convoy/error.h"

using namespace convoy;

namespace {

/// A data set of so many samples of each class, class by class.
Dataset sorted_by_class(const std::vector<int>& sizes) {
  std::vector<int> labels;
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    labels.insert(labels.end(), static_cast<std::size_t>(sizes[k]), static_cast<int>(k));
  }
  const std::size_t size = labels.size();
  return Dataset::from_bytes({1}, std::vector<std::uint8_t>(size), std::move(labels));
}

std::vector<int> classes_drawn(const std::vector<int>& sizes, int count, Draw purpose, std::uint64_t seed = 1) {
  const Dataset data = sorted_by_class(sizes);
  std::vector<int> counts(sizes.size());
  for (const int i : draw_by_class(data, count, seed, purpose).drawn) {
    ++counts[static_cast<std::size_t>(data.label(i))];
  }
  return counts;
}

}  // namespace

TEST_CASE("shares go by the largest remainder") {
  const std::vector<int> none(6, 0);
  // Quotas of 9.061, 7.179, 5.259, 3.319 and 1.182: the one that is left goes to the 0.319.
  const std::vector<int> sizes = {9061, 7179, 5259, 3319, 1182, 0};
  CHECK(shares_of(sizes, 26, none, sizes) == std::vector<int>{9, 7, 5, 4, 1, 0});
  CHECK(shares_of({1, 1, 1}, 2, {0, 0, 0}, {1, 1, 1}) == std::vector<int>{1, 1, 0});
  CHECK(shares_of({98, 1, 1}, 10, {1, 1, 1}, {98, 1, 1}) == std::vector<int>{8, 1, 1});
  CHECK(shares_of({10, 1, 1}, 11, {0, 0, 0}, {9, 1, 1}) == std::vector<int>{9, 1, 1});
  CHECK(shares_of({}, 0, {}, {}).empty());
}

TEST_CASE("what is set aside takes its share of each class, and leaves one of each") {
  CHECK(classes_drawn({200, 200, 200}, 60, Draw::validation) == std::vector<int>{20, 20, 20});
  CHECK(classes_drawn({900, 90, 10}, 100, Draw::test) == std::vector<int>{90, 9, 1});
  CHECK(classes_drawn({100, 1, 1}, 99, Draw::test) == std::vector<int>{99, 0, 0});
  CHECK_THROWS_WITH_AS(classes_drawn({100, 1, 1}, 100, Draw::validation),
                       "memory: 100 of 102 training samples cannot be set aside for validation and leave one of each "
                       "class",
                       Error);
}

TEST_CASE("a limit takes its share of each class, and one of each while it can") {
  CHECK(classes_drawn({200, 200, 200}, 150, Draw::limit) == std::vector<int>{50, 50, 50});
  CHECK(classes_drawn({1000, 2, 0}, 10, Draw::limit) == std::vector<int>{9, 1, 0});
  CHECK(classes_drawn({5, 5, 5}, 2, Draw::limit) == std::vector<int>{1, 1, 0});
  CHECK(classes_drawn({5, 5, 5}, 15, Draw::limit) == std::vector<int>{5, 5, 5});
}

TEST_CASE("draws depend on the seed and on what they are for, and keep the samples' order") {
  const Dataset data = sorted_by_class({40, 60});
  const Division one = draw_by_class(data, 20, 1, Draw::test);
  CHECK(std::ranges::is_sorted(one.drawn));
  CHECK(std::ranges::is_sorted(one.rest));
  std::set<int> all(one.drawn.begin(), one.drawn.end());
  all.insert(one.rest.begin(), one.rest.end());
  CHECK(all.size() == 100);
  CHECK(draw_by_class(data, 20, 1, Draw::test).drawn == one.drawn);
  CHECK(draw_by_class(data, 20, 2, Draw::test).drawn != one.drawn);
  CHECK(draw_by_class(data, 20, 1, Draw::validation).drawn != one.drawn);
  // A larger limit has the samples of a smaller one, and more.
  const Division small = draw_by_class(data, 10, 1, Draw::limit);
  const Division large = draw_by_class(data, 50, 1, Draw::limit);
  CHECK(std::ranges::includes(large.drawn, small.drawn));
}
