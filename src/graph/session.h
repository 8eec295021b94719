#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/aligned_buffer.h"
#include "core/sample_groups.h"
#include "core/thread_pool.h"
#include "graph/memory_plan.h"
#include "graph/network.h"
#include "graph/profile.h"
#include "graph/weights.h"
#include "graph/work_plan.h"

namespace convoy {

/// Runs a network in one mode on batches of up to max_batch samples. The constructor plans the order of the work and
/// allocates all memory; forward and backward allocate nothing.
///
/// Stages by sample that follow each other form one segment (WorkPlan). In it a task takes one sample through all
/// stages, while its activations are in the cache; where gradients are added up, a group of samples, one after the
/// other.
class Session {
 public:
  /// Runs nodes 0 to `last`: Network::output(), or Network::logits() to train through a fused softmax. `network`,
  /// `weights` and `pool` must outlive the session. Sums over samples are made in so many `groups` (SampleGroups).
  Session(const Network& network, Weights& weights, Mode mode, int max_batch, int last, ThreadPool& pool,
          Retain retain = Retain::nothing, int groups = SampleGroups::by_default);
  /// Makes another session for inference on the same weights, with separate activations. It shares what prepare()
  /// computed in `prepared`. Both may run at the same time in different threads, but not prepare() again.
  Session(const Session& prepared, int max_batch, ThreadPool& pool);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const Network& network() const { return network_; }
  ThreadPool& pool() { return pool_; }
  int max_batch() const { return max_batch_; }
  const Shape& output_shape() const { return network_.shape_of(last_); }

  /// The groups of the samples of the last forward.
  const SampleGroups& groups() const { return groups_; }

  /// The input, which the caller fills before forward: sample n at input()[n].
  BatchView input() const { return input_; }
  BatchView output() const { return passes_.back().output; }
  /// The gradient of the loss for the output, which the caller fills before backward.
  BatchView d_output() const { return passes_.back().d_output; }
  /// With Retain::everything: a node's output after forward, and its gradient after backward (null where none is
  /// needed).
  BatchView output_of(int node) const { return passes_[static_cast<std::size_t>(node)].output; }
  BatchView d_output_of(int node) const { return passes_[static_cast<std::size_t>(node)].d_output; }
  /// The gradients since clear_gradients(), summed; laid out as Weights::parameters. Empty in Mode::predict.
  std::span<float> gradients() { return gradients_.span(); }

  /// Throws Error{config}, with the layer's name, where a training batch of so many samples is too small for a layer.
  void check_training_batch(int samples) const;

  /// Computes what layers derive from the weights alone. In Mode::predict it must be called after the weights have
  /// changed; in Mode::train every forward calls it.
  void prepare();
  void clear_gradients();
  /// Gives the memory of the activations back to the system until the next forward: for a pause in training.
  void forget_activations() { activations_.forget(); }
  /// Computes output() for the first `batch` samples of input(). `seed` and `pass_number` determine the random
  /// numbers of dropout. In Mode::train it moves the moving statistics of the weights. Throws Error with the layer's
  /// name.
  void forward(int batch, std::uint64_t seed = 0, std::uint32_t pass_number = 0);
  /// The penalties that layers put on their input (activity regularisers), for one sample of the last forward.
  double penalty(int sample) const;
  /// Sets the factor of one sample's loss, and so of its penalty, in the next backward.
  void set_sample_share(float share);
  /// Computes gradients for the batch of the last forward from d_output() and adds those of the parameters to
  /// gradients().
  void backward();

  /// From now on records times into `profile`, made for this network's nodes and the pool's threads; null stops that.
  void set_profile(Profile* profile) { profile_ = profile; }

  /// What the session holds, in bytes.
  struct Memory {
    std::size_t activations = 0;  ///< and their gradients
    std::size_t gradients = 0;    ///< of the parameters, with the sums of the groups
    std::size_t saved = 0;        ///< what forward leaves for backward, besides activations
    std::size_t scratch = 0;
  };
  Memory memory() const;

 private:
  using Shared = std::shared_ptr<AlignedBuffer<float>>;
  using Passes = std::vector<Pass>;  ///< by node
  Session(const Network& network, Weights& weights, Mode mode, int max_batch, int last, ThreadPool& pool, Retain retain,
          int groups, Shared prepared);
  // Each bind function allocates one kind of memory (the weights have theirs) and points passes_ into it.
  void bind_activations(const MemoryPlan& plan);
  /// Makes worker_passes_ from passes_.
  void bind_workers(const MemoryPlan& plan);
  void bind_weights();
  void bind_gradients();
  void bind_saved();
  void bind_scratch();
  /// Points a node's activations and gradients into the block, for one worker, or for no_worker.
  void bind_node(Pass& pass, std::size_t node, const MemoryPlan& plan, int worker);
  /// Adds stages to the backward work that sum the gradients of an output with several consumers, before the node's
  /// own.
  void add_gradient_sums(const MemoryPlan& plan);
  /// Calls function(pass) for all of passes_ and worker_passes_.
  template <class Function>
  void for_each_pass(const Function& function) {
    for (Pass& pass : passes_) function(pass);
    for (Passes& passes : worker_passes_) {
      for (Pass& pass : passes) function(pass);
    }
  }
  /// Runs segments in order on all threads, with a barrier after each.
  void run(const std::vector<Segment>& segments, Profile::Direction direction);
  /// Runs a segment for fewer samples than workers: one stage after the other, each in bands where it is divisible,
  /// with those that follow its bands.
  void run_divided(const Segment& segment);
  /// Into how many bands run_divided divides a sample for a stage.
  int bands_of(const NodeStage& work) const;
  /// Runs all stages for the samples of a group, one after the other, or the one that works by group; first clears the
  /// group's sums where they begin.
  void run_group(const Segment& segment, int group, int worker);
  /// Runs all stages for the sample task.index.
  void run_sample(const Segment& segment, const Task& task);
  /// Calls a stage, and records its time where there is a profile.
  void call(const NodeStage& work, const Passes& passes, const Task& task) const;
  void call_body(const NodeStage& work, const Passes& passes, const Task& task) const;
  /// Sets a group's sums of a node to 0.
  void clear_group(int node, int group) const;

  const Network& network_;
  Weights& weights_;
  Mode mode_;
  int max_batch_;
  int last_;
  ThreadPool& pool_;
  bool uses_blas_;  ///< a layer computes through OpenBLAS
  WorkPlan work_;
  SampleGroups groups_;  ///< of the last forward's batch
  Profile* profile_ = nullptr;
  Profile::Direction direction_ = Profile::forward;

  Passes passes_;                      ///< for stages that work on several samples, or several workers on one
  std::vector<Passes> worker_passes_;  ///< by worker: for stages that work by sample
  BatchView input_;
  AlignedBuffer<float> activations_;
  AlignedBuffer<float> gradients_;
  AlignedBuffer<float> group_sums_;  ///< by node and group
  AlignedBuffer<std::byte> saved_;   ///< what forward leaves for backward, by node and sample
  Shared shared_;                    ///< what all samples share, by node; in Mode::predict only prepare() writes it
  AlignedBuffer<float> scratch_;
};

}  // namespace convoy
