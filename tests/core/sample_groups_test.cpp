#include "core/sample_groups.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace convoy {
namespace {

TEST_CASE("groups divide a batch evenly, without a gap") {
  for (const int count : {1, 2, 8, 64}) {
    for (const int samples : {0, 1, 3, 8, 32, 33, 1000}) {
      const SampleGroups groups{samples, count};
      CHECK(groups.begin(0) == 0);
      CHECK(groups.begin(count) == samples);
      for (int group = 0; group < count; ++group) {
        const int size = groups.begin(group + 1) - groups.begin(group);
        CHECK(size >= samples / count);
        CHECK(size <= (samples + count - 1) / count);
      }
    }
  }
}

/// The tree of a sum over groups, kept at the groups' places.
std::string tree_of(int count) {
  std::vector<std::string> sums(SampleGroups::most_places);
  using Sum = SampleGroups::Sum;
  const auto at = [&](Sum sum) -> std::string& { return sums.at(static_cast<std::size_t>(sum.place)); };
  SampleGroups{.samples = 5, .count = count}.reduce(
      [&](Sum sum) { at(sum) = std::to_string(sum.group); },
      [&](Sum left, Sum right) { at(left) = "(" + at(left) + "+" + at(right) + ")"; });
  return sums[0];
}

TEST_CASE("parts are added as a balanced binary tree") {
  CHECK(tree_of(1) == "0");
  CHECK(tree_of(2) == "(0+1)");
  CHECK(tree_of(4) == "((0+1)+(2+3))");
  CHECK(tree_of(8) == "(((0+1)+(2+3))+((4+5)+(6+7)))");
  CHECK(tree_of(64).substr(0, 36) == "((((((0+1)+(2+3))+((4+5)+(6+7)))+(((");
}

/// The order in which samples are merged.
std::string order_of(int samples, int count) {
  std::vector<std::string> sums;
  for (int n = 0; n < samples; ++n) sums.push_back(std::to_string(n));
  std::vector<int> sizes(sums.size(), 1);
  SampleGroups{samples, count}.reduce_samples([&](int to, int of_to, int from, int more) {
    const auto left = static_cast<std::size_t>(to);
    const auto right = static_cast<std::size_t>(from);
    CHECK(sizes[left] == of_to);
    CHECK(sizes[right] == more);
    CHECK(from == to + of_to);
    sizes[left] += more;
    sums[left] = "(" + sums[left] + "+" + sums[right] + ")";
  });
  CHECK(sizes[0] == samples);
  return sums[0];
}

TEST_CASE("the samples of a group are merged in order, then groups as a tree, without the empty ones") {
  CHECK(order_of(4, 1) == "(((0+1)+2)+3)");
  CHECK(order_of(9, 4) == "(((0+1)+(2+3))+((4+5)+((6+7)+8)))");
  CHECK(order_of(3, 8) == "(0+(1+2))");
  CHECK(order_of(1, 8) == "0");
}

TEST_CASE("a sum is that of the groups' sums as a tree") {
  const std::vector<double> values = {1e16, 1, 1, 1, -1e16, 1, 1};
  CHECK(SampleGroups{7, 1}.sum(values.data()) == ((((((1e16 + 1) + 1) + 1) - 1e16) + 1) + 1));
  CHECK(SampleGroups{7, 2}.sum(values.data()) == ((1e16 + 1) + 1) + (((1 - 1e16) + 1) + 1));
  CHECK(SampleGroups{2, 8}.sum(values.data()) == 1e16 + 1);
  CHECK(SampleGroups{0, 8}.sum(values.data()) == 0);
}

}  // namespace
}  // namespace convoy
