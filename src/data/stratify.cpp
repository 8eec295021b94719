#include "data/stratify.h"

#include <algorithm>
#include <numeric>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "core/random.h"

namespace convoy {
namespace {

constexpr std::size_t most_listed_classes = 10;

int sum(const std::vector<int>& numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0); }

/// The indices of the samples of each class; without labels all in one class.
std::vector<std::vector<int>> samples_by_class(const Dataset& data) {
  const bool labelled = !data.storage().labels.empty();
  std::vector<std::vector<int>> samples(labelled ? static_cast<std::size_t>(data.classes()) : 1);
  for (int i = 0; i < data.size(); ++i) samples[labelled ? static_cast<std::size_t>(data.label(i)) : 0].push_back(i);
  return samples;
}

/// Adds `step` to one share after the other, in `order` and again from its start, `times` times in all; a share that
/// has reached its bound is passed over.
void change(std::vector<int>& shares, const std::vector<std::size_t>& order, int times, int step,
            const std::vector<int>& bounds) {
  while (times > 0) {
    for (const std::size_t k : order) {
      if (times == 0 || shares[k] == bounds[k]) continue;
      shares[k] += step;
      --times;
    }
  }
}

/// Throws Error{data}: too few samples to set so many aside.
[[noreturn]] void refuse_to_draw(const Dataset& data, int count, Draw purpose) {
  throw Error(ErrorKind::data, shown(data.storage().source) + ": " + std::to_string(count) + " of " +
                                   std::to_string(data.size()) + " training samples cannot be set aside for " +
                                   (purpose == Draw::test ? "testing" : "validation") + " and leave one of each class");
}

/// How many samples draw_by_class draws of each class. Throws Error{data}.
std::vector<int> shares_to_draw(const Dataset& data, const std::vector<int>& sizes, int count, Draw purpose) {
  std::vector<int> least(sizes.size(), 0);
  std::vector<int> most = sizes;
  const auto present = std::ranges::count_if(sizes, [](int size) { return size > 0; });
  const bool sets_aside = purpose == Draw::validation || purpose == Draw::test;
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    if (sets_aside) most[k] = std::max(0, sizes[k] - 1);
    if (!sets_aside && count >= present) least[k] = std::min(1, sizes[k]);
  }
  if (count > sum(most)) refuse_to_draw(data, count, purpose);
  return shares_of(sizes, count, least, most);
}

}  // namespace

std::vector<int> shares_of(const std::vector<int>& sizes, int count, const std::vector<int>& least,
                           const std::vector<int>& most) {
  const std::int64_t whole = std::max(1, sum(sizes));
  std::vector<int> shares;
  std::vector<std::int64_t> owed;  // by class, in parts of `whole`
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    const std::int64_t quota = std::int64_t{count} * sizes[k];
    shares.push_back(std::clamp(static_cast<int>(quota / whole), least[k], most[k]));
    owed.push_back(quota - shares.back() * whole);
  }
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t k) { return owed[k]; });
  const int missing = count - sum(shares);
  if (missing < 0) std::ranges::reverse(order);
  change(shares, order, std::abs(missing), missing < 0 ? -1 : 1, missing < 0 ? least : most);
  return shares;
}

Division draw_by_class(const Dataset& data, int count, std::uint64_t seed, Draw purpose) {
  const auto samples = samples_by_class(data);
  const std::vector<int> sizes = class_sizes(data);
  const std::vector<int> shares = shares_to_draw(data, sizes, count, purpose);
  Division division;
  for (std::size_t k = 0; k < samples.size(); ++k) {
    const Random random(seed, Purpose::split, static_cast<std::uint32_t>(purpose), static_cast<std::uint32_t>(k));
    const std::vector<int> order = draw(sizes[k], shares[k], random);
    for (int i = 0; i < sizes[k]; ++i) {
      auto& part = i < shares[k] ? division.drawn : division.rest;
      part.push_back(samples[k][static_cast<std::size_t>(order[static_cast<std::size_t>(i)])]);
    }
  }
  std::ranges::sort(division.drawn);
  std::ranges::sort(division.rest);
  return division;
}

std::vector<int> class_sizes(const Dataset& data) {
  std::vector<int> sizes;
  for (const auto& samples : samples_by_class(data)) sizes.push_back(static_cast<int>(samples.size()));
  return sizes;
}

std::string class_list(const Dataset& data, const std::vector<std::size_t>& classes) {
  const std::vector<std::string>& names = data.storage().class_names;
  std::string list;
  const std::size_t listed = std::min(classes.size(), most_listed_classes);
  for (std::size_t i = 0; i < listed; ++i) {
    list += (i == 0 ? "" : ", ") + (names.empty() ? std::to_string(classes[i]) : shown(names[classes[i]]));
  }
  return list + (listed < classes.size() ? " and " + std::to_string(classes.size() - listed) + " more" : "");
}

}  // namespace convoy
