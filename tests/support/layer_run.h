#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/aligned_buffer.h"
#include "layers/layer.h"

namespace convoy::test {

/// One layer with memory of its own, outside any graph: what a Session does, written plainly. All buffers are filled
/// with NaN first, so a layer that reads what nobody wrote, or leaves something unwritten, fails its test.
class LayerRun {
 public:
  /// `inputs` are the shapes of one sample. Declares, allocates, and draws parameters from `seed` (gamma near 1).
  LayerRun(Layer& layer, std::vector<Shape> inputs, int batch, Mode mode, bool trainable = true,
           std::uint64_t seed = 1);

  const Declaration& declaration() const { return declaration_; }
  int batch() const { return batch_; }

  /// Contiguous values: sample after sample.
  std::vector<float> input(int which) const;
  void set_input(int which, std::span<const float> values);
  std::vector<float>& parameter(int which) { return parameters_[static_cast<std::size_t>(which)]; }
  std::vector<float>& state(int which) { return states_[static_cast<std::size_t>(which)]; }

  void forward();
  std::vector<float> output() const;

  /// Call after forward. Poisons and clears the gradient buffers first.
  void backward(std::span<const float> d_output);
  std::vector<float> d_input(int which) const;
  std::vector<float> gradient(int which) const;

  bool reversed = false;                 ///< visits groups and parts from the last to the first
  std::uint64_t seed_of_randomness = 5;  ///< with step, names the random numbers of dropout
  std::uint32_t step = 3;

 private:
  static constexpr int groups = 4;  // not the session's default, so that a layer cannot count on it
  static constexpr std::size_t line = 16;

  void run(const Stages& stages);
  /// Calls the stages for the samples of a group, in order.
  void run_samples(const Stage& stage, int group);
  static std::vector<float> gather(BatchView view, std::size_t size, int batch);

  Layer& layer_;
  std::vector<Shape> shapes_;
  int batch_;
  Mode mode_;
  bool trainable_;
  Declaration declaration_;
  Pass pass_;
  std::vector<AlignedBuffer<float>> buffers_;
  std::vector<std::vector<float>> parameters_;
  std::vector<std::vector<float>> states_;
  std::vector<std::vector<float>> gradients_;
  AlignedBuffer<std::byte> saved_;
  AlignedBuffer<float> group_sums_;
  AlignedBuffer<float> group_scratch_;
};

}  // namespace convoy::test
