#include "formats/keras_order.h"

#include <algorithm>
#include <numeric>

namespace convoy::formats {
namespace {

/// When a search in depth from the output, along each layer's inputs in their order, comes to each layer first.
std::vector<std::size_t> times_of_search(const std::vector<std::vector<int>>& inputs) {
  const std::size_t never = inputs.size();
  std::vector<std::size_t> times(inputs.size(), never);
  std::size_t now = 0;
  std::vector<std::size_t> open = {inputs.size() - 1};
  while (!open.empty()) {
    const std::size_t layer = open.back();
    open.pop_back();
    if (times[layer] != never) continue;
    times[layer] = now++;
    for (auto input = inputs[layer].rbegin(); input != inputs[layer].rend(); ++input) {
      if (*input >= 0) open.push_back(static_cast<std::size_t>(*input));
    }
  }
  return times;
}

}  // namespace

std::vector<std::size_t> keras_order(const std::vector<std::vector<int>>& inputs) {
  std::vector<std::size_t> distances(inputs.size(), 0);
  for (std::size_t layer = inputs.size(); layer-- > 0;) {
    for (const int input : inputs[layer]) {
      if (input < 0) continue;
      std::size_t& distance = distances[static_cast<std::size_t>(input)];
      distance = std::max(distance, distances[layer] + 1);
    }
  }
  const std::vector<std::size_t> times = times_of_search(inputs);
  std::vector<std::size_t> order(inputs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return distances[a] != distances[b] ? distances[a] > distances[b] : times[a] < times[b];
  });
  return order;
}

}  // namespace convoy::formats
