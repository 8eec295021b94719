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

/// The purpose of a stream of random numbers; streams of one seed for different purposes never overlap.
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

/// A stream of random numbers, identified by seed, purpose and up to two indices (parameter, epoch, step, sample ...).
class Random {
 public:
  Random(std::uint64_t seed, Purpose purpose, std::uint32_t index = 0, std::uint32_t subindex = 0)
      : seed_(seed), counter_{0, index, subindex, static_cast<std::uint32_t>(purpose)} {}

  /// The next 32 random bits.
  std::uint32_t next();
  /// A number in [0, 1), a multiple of 2^-24; takes one word.
  float uniform() { return static_cast<float>(next() >> 8) * 0x1p-24F; }
  /// A number with mean 0 and deviation 1 (Box-Muller); takes two words.
  float normal() { return normal_pair().first; }
  /// Two independent numbers with mean 0 and deviation 1; takes two words.
  std::pair<float, float> normal_pair();
  /// A whole number in [0, bound), without bias; takes one word or more. `bound` must not be 0.
  std::uint32_t below(std::uint32_t bound);

 private:
  std::uint64_t seed_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> words_{};
  int used_ = 4;
};

/// The numbers 0 ... size - 1, of which the first `count` are drawn at random and the others follow: a partial
/// Fisher-Yates shuffle. `count` is at most `size`.
std::vector<int> draw(int size, int count, Random random);

}  // namespace convoy
