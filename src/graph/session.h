#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/aligned_buffer.h"
#include "core/thread_pool.h"
#include "graph/network.h"
#include "graph/weights.h"

namespace convoy {

/// A network at work: a mode, the memory for batches of up to max_batch samples, and the order of the work. All memory
/// is planned and allocated by the constructor; forward and backward allocate nothing.
///
/// The work of all layers is cut into segments. Sweeps by sample that follow each other form one segment, in which each
/// task takes a fixed group of samples, one sample after the other, through all sweeps while it is in the cache.
class Session {
 public:
  /// Samples are handled in this many fixed groups; so much parallelism there is, and so many copies of a convolution's
  /// gradient. A constant, because results must not depend on the number of threads.
  static constexpr int groups = 8;

  /// Runs nodes 0 to `last` (Network::logits() to train through a fused softmax). `network`, `weights` and `pool` must
  /// outlive the session.
  Session(const Network& network, Weights& weights, Mode mode, int max_batch, int last, ThreadPool& pool);

  int max_batch() const { return max_batch_; }
  /// To be filled before forward: sample n at input()[n].
  BatchView input() const { return input_; }
  BatchView output() const;
  /// To be filled before backward with the loss's gradient for the output.
  BatchView d_output() const;
  /// One float for each of Weights::parameters: the sum of the gradients since clear_gradients().
  std::span<float> gradients() { return gradients_.span(); }

  void clear_gradients();
  /// `step` and `seed` name the random numbers of dropout. batch <= max_batch.
  void forward(int batch, std::uint64_t seed = 0, std::uint32_t step = 0);
  void backward();

  ThreadPool& pool() { return pool_; }
  const Network& network() const { return network_; }
  /// What is allocated, in bytes, for `bench` and the report.
  struct Memory {
    std::size_t activations = 0, gradients = 0, saved = 0, scratch = 0;
  };
  Memory memory() const;

 private:
  struct Step {
    int node;
    Sweep sweep;
  };
  struct Segment {
    int parts = Sweep::by_sample;
    std::vector<Step> steps;
    std::vector<int> grouped;  ///< nodes whose gradient copies a group clears first
  };
  struct Edges;

  void plan_activations();
  void plan_gradients();
  void plan_saved();
  void plan_scratch();
  void build_segments();
  static void append(std::vector<Segment>& segments, int node, Sweeps sweeps);
  void add_fan_out(int node);
  void run(const std::vector<Segment>& segments);
  void run_samples(const Segment& segment);
  void run_parts(const Segment& segment);
  void reduce_gradients();

  const Network& network_;
  Weights& weights_;
  Mode mode_;
  int max_batch_;
  int last_;
  ThreadPool& pool_;
  int batch_ = 0;

  std::vector<Pass> passes_;
  BatchView input_;
  AlignedBuffer<float> activations_;
  AlignedBuffer<float> d_activations_;
  AlignedBuffer<float> gradients_;
  AlignedBuffer<float> gradient_groups_;
  AlignedBuffer<std::byte> saved_;
  AlignedBuffer<float> shared_;
  AlignedBuffer<float> scratch_;
  std::vector<Segment> forward_;
  std::vector<Segment> backward_;
};

}  // namespace convoy
