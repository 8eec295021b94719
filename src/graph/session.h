#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/aligned_buffer.h"
#include "core/thread_pool.h"
#include "graph/memory_plan.h"
#include "graph/network.h"
#include "graph/profile.h"
#include "graph/weights.h"
#include "graph/work_plan.h"

namespace convoy {

/// A network at work: a mode, memory for batches of up to max_batch samples, and the order of the work. The constructor
/// plans and allocates everything; forward and backward allocate nothing.
///
/// Stages by sample that follow each other form one segment (WorkPlan). In it a task takes one sample through all
/// stages, while its activations are in the cache; where gradients are added up, a fixed group of samples, one after
/// the other.
class Session {
 public:
  /// Samples are handled in this many fixed groups: so much parallelism there is, and so many sums toward a
  /// convolution's gradient. A constant, because results must not depend on the number of threads.
  static constexpr int groups = 8;

  /// Runs nodes 0 to `last`: Network::output(), or Network::logits() to train through a fused softmax. `network`,
  /// `weights` and `pool` must outlive the session.
  Session(const Network& network, Weights& weights, Mode mode, int max_batch, int last, ThreadPool& pool,
          Retain retain = Retain::nothing);
  /// Another session for inference on the same weights, with room and threads of its own. It shares what `prepared`
  /// made of the weights, which may work at the same time in another thread but not prepare() itself again.
  Session(const Session& prepared, int max_batch, ThreadPool& pool);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const Network& network() const { return network_; }
  ThreadPool& pool() { return pool_; }
  int max_batch() const { return max_batch_; }
  const Shape& output_shape() const { return network_.shape_of(last_); }

  /// To be filled before forward: sample n at input()[n].
  BatchView input() const { return input_; }
  BatchView output() const { return passes_.back().output; }
  /// To be filled before backward with the loss's gradient for the output.
  BatchView d_output() const { return passes_.back().d_output; }
  /// With Retain::everything: a node's output after forward, and its gradient after backward (null where none is
  /// needed).
  BatchView output_of(int node) const { return passes_[static_cast<std::size_t>(node)].output; }
  BatchView d_output_of(int node) const { return passes_[static_cast<std::size_t>(node)].d_output; }
  /// For each number in Weights::parameters the sum of its gradients since clear_gradients(). Empty in Mode::predict.
  std::span<float> gradients() { return gradients_.span(); }

  /// Throws Error{config}, with the layer's name, where a training batch of so many samples is too small for a layer.
  void check_training_batch(int samples) const;

  /// In Mode::predict: to be called when weights have changed since the session was made or prepared. Training does
  /// this in every forward.
  void prepare();
  void clear_gradients();
  /// Computes output() for the first `batch` samples of input(). `seed` and `pass_number` name the random numbers of
  /// dropout. Throws Error with the layer's name.
  void forward(int batch, std::uint64_t seed = 0, std::uint32_t pass_number = 0);
  /// Adds to gradients(); follows a forward of the same batch.
  void backward();

  /// From now on records into `profile`, which has this network's nodes and pool's threads; null: no longer.
  void set_profile(Profile* profile) { profile_ = profile; }

  /// What the session holds, in bytes.
  struct Memory {
    std::size_t activations = 0;  ///< and their gradients
    std::size_t gradients = 0;    ///< of the parameters
    std::size_t saved = 0;        ///< what forward leaves for backward, besides activations
    std::size_t scratch = 0;
  };
  Memory memory() const;

 private:
  using Shared = std::shared_ptr<AlignedBuffer<float>>;
  Session(const Network& network, Weights& weights, Mode mode, int max_batch, int last, ThreadPool& pool, Retain retain,
          Shared prepared);
  void bind_activations(const MemoryPlan& plan);
  void bind_weights();
  void bind_gradients();
  void bind_saved();
  void bind_scratch();
  void add_fan_out(const MemoryPlan& plan);
  Stage sum_of_gradients(std::size_t node, const std::vector<Place>& further);
  int first_of(int group) const { return batch_ * group / groups; }

  void run(const std::vector<Segment>& segments, Profile::Direction direction);
  void run_divided(const Segment& segment);
  void run_group(const Segment& segment, int group, int worker);
  void run_sample(const Segment& segment, const Task& task);
  void call(const NodeStage& work, const Task& task) const;
  void call_body(const NodeStage& work, const Task& task) const;
  void clear_group(int node, int group) const;

  const Network& network_;
  Weights& weights_;
  Mode mode_;
  int max_batch_;
  int last_;
  ThreadPool& pool_;
  WorkPlan work_;
  int batch_ = 0;
  Profile* profile_ = nullptr;
  Profile::Direction direction_ = Profile::forward;

  std::vector<Pass> passes_;  ///< by node
  BatchView input_;
  AlignedBuffer<float> activations_;
  AlignedBuffer<float> gradients_;
  AlignedBuffer<float> group_sums_;
  AlignedBuffer<std::byte> saved_;
  std::shared_ptr<AlignedBuffer<float>> shared_;  ///< in Mode::predict written by prepare() alone
  AlignedBuffer<float> scratch_;
};

}  // namespace convoy
