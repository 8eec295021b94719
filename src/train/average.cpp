#include "train/average.h"

#include <algorithm>

namespace convoy {
namespace {

constexpr std::size_t averaged_chunk = 8192;  ///< floats that one task averages

}  // namespace

MovingAverage::MovingAverage(double decay, std::span<const float> parameters, ThreadPool& pool)
    : decay_(decay), pool_(pool), values_(parameters.size()) {
  reset(parameters);
}

void MovingAverage::add(std::span<const float> parameters, std::uint64_t step) {
  const auto t = static_cast<double>(step);
  const auto share = static_cast<float>(1 - std::min(decay_, (1 + t) / (10 + t)));
  const std::span<float> values = values_.span();
  const auto tasks = (values.size() + averaged_chunk - 1) / averaged_chunk;
  pool_.run(static_cast<int>(tasks), [&](int task, int) {
    const std::size_t begin = static_cast<std::size_t>(task) * averaged_chunk;
    const std::size_t end = std::min(values.size(), begin + averaged_chunk);
    for (std::size_t i = begin; i < end; ++i) values[i] += share * (parameters[i] - values[i]);
  });
}

void MovingAverage::reset(std::span<const float> parameters) { std::ranges::copy(parameters, values_.data()); }

}  // namespace convoy
