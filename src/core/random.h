#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace convoy {

/// Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC
/// 2011): four random words as a pure function of a key and a counter. No state to save, the same numbers on every
/// thread.
std::array<std::uint32_t, 4> philox(std::uint64_t key, std::array<std::uint32_t, 4> counter);

/// What a stream of random numbers is for: streams of one seed never overlap.
enum class Purpose : std::uint32_t {
  initial_weights = 1,
  split,
  shuffle,
  dropout,
  augmentation,
  directions,
  sweep,
  noise,
  noise_distribution,
  mixup,
  recalibration,
  light,
  own_augmentation
};

/// The numbers of one stream, named by seed, purpose and up to two indices (parameter, epoch, step, sample ...).
class Random {
 public:
  Random(std::uint64_t seed, Purpose purpose, std::uint32_t index = 0, std::uint32_t subindex = 0)
      : seed_(seed), counter_{0, index, subindex, static_cast<std::uint32_t>(purpose)} {}

  std::uint32_t next();
  /// In [0, 1), a multiple of 2^-24.
  float uniform() { return static_cast<float>(next() >> 8) * 0x1p-24F; }
  /// Mean 0, deviation 1 (Box-Muller).
  float normal() { return normal_pair().first; }
  std::pair<float, float> normal_pair();
  /// In [0, bound), without bias.
  std::uint32_t below(std::uint32_t bound);

 private:
  std::uint64_t seed_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> words_{};
  int used_ = 4;
};

/// Draws `count` (at most `size`) different numbers from 0 ... size - 1 at random; the others follow behind them. A
/// partial Fisher-Yates shuffle.
std::vector<int> draw(int size, int count, Random random);

}  // namespace convoy
