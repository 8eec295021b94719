#include "graph/session.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "convoy/error.h"
#include "kernels/elementwise.h"
#include "kernels/gemm.h"

namespace convoy {
namespace {

constexpr std::size_t chunk = 8192;  ///< floats that one task clears: 32 KiB

int chunks_of(std::size_t floats) { return static_cast<int>((floats + chunk - 1) / chunk); }

/// Calls `work` and adds the layer's name to an Error that it throws.
template <class Work>
void within_layer(const Node& node, const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    throw error.within("layer \"" + node.name + "\": ");
  }
}

/// Has OpenBLAS take memory for so many threads. Throws Error that names the key which asks for it.
void reserve_blas_for(int threads) {
  try {
    kernels::reserve_blas(threads);
  } catch (const Error& error) {
    throw error.within("engine = \"blas\": ");
  }
}

/// Allocates the block of activations. Throws Error{failed} that advises a smaller batch where there is no memory.
AlignedBuffer<float> block_of(std::size_t floats, int batch) {
  try {
    return AlignedBuffer<float>(floats);
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::failed, "out of memory: a batch of " + std::to_string(batch) + " takes " +
                                       std::to_string((floats * sizeof(float)) >> 20) +
                                       " MB for what flows through the network; a smaller train.batch_size takes less");
  }
}

constexpr int no_worker = -1;

/// The buffer at `place` in the block. A worker has its own of those by worker, the same for every sample; no_worker
/// has those of as many samples as there are workers.
BatchView view_of(AlignedBuffer<float>& block, const Place& place, int worker = no_worker) {
  float* data = block.data() + place.offset;
  return place.by_worker && worker != no_worker ? BatchView{data + worker * place.stride, 0}
                                                : BatchView{data, place.stride};
}

/// Adds further gradients of one sample of an output with several consumers to the first.
Stage sum_of_gradients(std::size_t size) {
  return {.body = [size](const Pass& pass, const Task& task) {
    float* sum = pass.d_output[task.index];
    for (const BatchView& view : pass.further_gradients) {
      kernels::elementwise().add(sum, sum, view[task.index], size);
    }
  }};
}

}  // namespace

Session::Session(const Network& network, Weights& weights, Mode mode, int max_batch, int last, ThreadPool& pool,
                 Retain retain, int groups)
    : Session(network, weights, mode, max_batch, last, pool, retain, groups, nullptr) {}

Session::Session(const Session& prepared, int max_batch, ThreadPool& pool)
    : Session(prepared.network_, prepared.weights_, Mode::predict, max_batch, prepared.last_, pool, Retain::nothing,
              prepared.groups_.count, prepared.shared_) {}

Session::Session(const Network& network, Weights& weights, Mode mode, int max_batch, int last, ThreadPool& pool,
                 Retain retain, int groups, Shared prepared)
    : network_(network),
      weights_(weights),
      mode_(mode),
      max_batch_(max_batch),
      last_(last),
      pool_(pool),
      uses_blas_(uses_blas(network.layers())),
      work_(plan_work(network, mode, last)),
      groups_{.samples = 0, .count = groups},
      passes_(static_cast<std::size_t>(last) + 1),
      shared_(std::move(prepared)) {
  const bool is_prepared = shared_ != nullptr;
  if (uses_blas_) reserve_blas_for(pool.threads());
  const MemoryPlan plan = plan_memory(network, work_, mode, last, max_batch, pool.threads(), retain);
  bind_activations(plan);
  bind_weights();
  bind_saved();
  bind_scratch();
  if (mode == Mode::train) {
    bind_gradients();
    add_gradient_sums(plan);
  }
  bind_workers(plan);
  if (mode == Mode::predict && !is_prepared) prepare();
}

void Session::check_training_batch(int samples) const {
  for (int i = 0; i <= last_; ++i) {
    const Node& node = network_.node(i);
    if (node.trainable) within_layer(node, [&] { node.layer->check_training_batch(samples); });
  }
}

void Session::bind_activations(const MemoryPlan& plan) {
  activations_ = block_of(plan.floats, max_batch_);
  input_ = view_of(activations_, plan.input);
  for (std::size_t i = 0; i < passes_.size(); ++i) {
    Pass& pass = passes_[i];
    pass.mode = mode_;
    pass.trainable = network_.nodes()[i].trainable;
    pass.salt = static_cast<std::uint32_t>(i);
    bind_node(pass, i, plan, no_worker);
  }
}

void Session::bind_node(Pass& pass, std::size_t node, const MemoryPlan& plan, int worker) {
  const auto view = [&](const std::optional<Place>& place) {
    return place ? view_of(activations_, *place, worker) : BatchView{};
  };
  pass.inputs.clear();
  for (const int source : network_.nodes()[node].inputs) {
    pass.inputs.push_back(view(source == Network::input ? plan.input : plan.outputs[static_cast<std::size_t>(source)]));
  }
  pass.output = view(plan.outputs[node]);
  pass.d_inputs.clear();
  for (const auto& place : plan.d_inputs[node]) pass.d_inputs.push_back(view(place));
  pass.d_output = view(plan.d_outputs[node]);
  pass.further_gradients.clear();
  for (const Place& place : plan.further_gradients[node]) pass.further_gradients.push_back(view(place));
}

void Session::bind_workers(const MemoryPlan& plan) {
  worker_passes_.assign(static_cast<std::size_t>(pool_.threads()), passes_);
  for (int worker = 0; worker < pool_.threads(); ++worker) {
    Passes& passes = worker_passes_[static_cast<std::size_t>(worker)];
    for (std::size_t i = 0; i < passes.size(); ++i) bind_node(passes[i], i, plan, worker);
  }
}

void Session::bind_weights() {
  for (std::size_t i = 0; i < passes_.size(); ++i) {
    const Node& node = network_.nodes()[i];
    for (const auto& place : node.parameters)
      passes_[i].parameters.push_back(weights_.parameters.data() + place.offset);
    for (const auto& place : node.states) passes_[i].states.push_back(weights_.states.data() + place.offset);
  }
}

void Session::bind_gradients() {
  gradients_ = AlignedBuffer<float>(network_.parameter_floats());
  const auto group_floats = [](const Node& node) {
    return node.trainable ? round_to_line(node.declaration.group_floats) : 0;
  };
  const auto scratch_floats = [](const Node& node) {
    return node.trainable ? round_to_line(node.declaration.group_scratch_floats) : 0;
  };
  const auto groups = static_cast<std::size_t>(groups_.count);
  const auto workers = static_cast<std::size_t>(pool_.threads());
  std::size_t floats = 0;
  for (const Node& node : network_.nodes()) floats += groups * group_floats(node) + workers * scratch_floats(node);
  group_sums_ = AlignedBuffer<float>(floats);
  float* sums = group_sums_.data();
  for (std::size_t i = 0; i < passes_.size(); ++i) {
    const Node& node = network_.nodes()[i];
    for (const auto& place : node.parameters) {
      passes_[i].gradients.push_back(node.trainable ? gradients_.data() + place.offset : nullptr);
    }
    passes_[i].group_sums = {sums, static_cast<std::ptrdiff_t>(group_floats(node))};
    sums += groups * group_floats(node);
    passes_[i].group_scratch = {sums, static_cast<std::ptrdiff_t>(scratch_floats(node))};
    sums += workers * scratch_floats(node);
  }
}

void Session::bind_saved() {
  const auto saved_stride = [](const Node& node) { return (node.declaration.saved_bytes + 63) / 64 * 64; };
  std::size_t bytes = 0;
  std::size_t floats = 0;
  for (std::size_t i = 0; i < passes_.size(); ++i) {
    const Node& node = network_.nodes()[i];
    bytes += saved_stride(node) * static_cast<std::size_t>(max_batch_);
    floats += round_to_line(node.declaration.shared_floats);
  }
  saved_ = AlignedBuffer<std::byte>(bytes);
  if (!shared_) shared_ = std::make_shared<AlignedBuffer<float>>(floats);
  std::byte* saved = saved_.data();
  float* shared = shared_->data();
  for (std::size_t i = 0; i < passes_.size(); ++i) {
    const Node& node = network_.nodes()[i];
    passes_[i].saved = saved;
    passes_[i].saved_stride = saved_stride(node);
    passes_[i].shared = shared;
    saved += saved_stride(node) * static_cast<std::size_t>(max_batch_);
    shared += round_to_line(node.declaration.shared_floats);
  }
}

void Session::bind_scratch() {
  std::size_t floats = 0;
  for (std::size_t i = 0; i < passes_.size(); ++i) {
    floats = std::max(floats, round_to_line(network_.nodes()[i].declaration.scratch_floats));
  }
  scratch_ = AlignedBuffer<float>(floats * static_cast<std::size_t>(pool_.threads()));
  for (Pass& pass : passes_) {
    for (int worker = 0; worker < pool_.threads(); ++worker) {
      pass.scratch.push_back(scratch_.data() + floats * static_cast<std::size_t>(worker));
    }
  }
}

void Session::add_gradient_sums(const MemoryPlan& plan) {
  std::vector<bool> done(passes_.size());
  for (Segment& segment : work_.backward) {
    for (std::size_t s = 0; s < segment.stages.size(); ++s) {
      const auto node = static_cast<std::size_t>(segment.stages[s].node);
      if (done[node] || segment.stages[s].stage.when != Stage::When::in_order || plan.further_gradients[node].empty())
        continue;
      done[node] = true;
      const NodeStage sum{static_cast<int>(node), sum_of_gradients(network_.nodes()[node].declaration.output.size())};
      segment.stages.insert(segment.stages.begin() + static_cast<std::ptrdiff_t>(s), sum);
      ++s;
    }
  }
}

void Session::clear_gradients() {
  const std::span<float> all = gradients_.span();
  pool_.run(chunks_of(all.size()), [&](int task, int) {
    const std::size_t begin = static_cast<std::size_t>(task) * chunk;
    std::ranges::fill(all.subspan(begin, std::min(chunk, all.size() - begin)), 0.0F);
  });
}

void Session::forward(int batch, std::uint64_t seed, std::uint32_t pass_number) {
  groups_.samples = batch;
  for_each_pass([&](Pass& pass) {
    pass.batch = batch;
    pass.groups = groups_;
    pass.seed = seed;
    pass.number = pass_number;
  });
  if (mode_ == Mode::train) prepare();
  run(work_.forward, Profile::forward);
}

void Session::prepare() { run(work_.prepare, Profile::forward); }

double Session::penalty(int sample) const {
  double sum = 0;
  for (std::size_t i = 0; i < passes_.size(); ++i) {
    if (network_.nodes()[i].declaration.penalises) sum += *passes_[i].saved_of<double>(sample);
  }
  return sum;
}

void Session::set_sample_share(float share) {
  for_each_pass([share](Pass& pass) { pass.sample_share = share; });
}

void Session::backward() { run(work_.backward, Profile::backward); }

void Session::run(const std::vector<Segment>& segments, Profile::Direction direction) {
  std::optional<kernels::SingleThreadedBlas> single;
  if (uses_blas_) single.emplace();
  direction_ = direction;
  const int batch = groups_.samples;
  for (const Segment& segment : segments) {
    if (segment.by_group) {
      pool_.run(groups_.count, [&](int group, int worker) { run_group(segment, group, worker); });
    } else if (segment.parts != Stage::by_sample) {
      pool_.run(segment.parts, [&](int task, int worker) { call(segment.stages[0], passes_, {task, 0, worker}); });
    } else if (batch < pool_.threads()) {
      run_divided(segment);
    } else {
      pool_.run(batch, [&](int sample, int worker) { run_sample(segment, {sample, 0, worker}); });
    }
  }
}

void Session::run_divided(const Segment& segment) {
  const auto end = segment.stages.end();
  for (auto first = segment.stages.begin(); first != end;) {
    const auto last = std::find_if(first + 1, end, [](const NodeStage& work) { return !work.follows_bands; });
    const int bands = bands_of(*first);
    const int band_rows = std::max(first->stage.band_rows, 1);
    pool_.run(groups_.samples * bands, [&](int task, int worker) {
      const Task band{task / bands, 0, worker, task % bands, bands, band_rows};
      for (auto work = first; work != last; ++work) call(*work, passes_, band);
    });
    first = last;
  }
}

int Session::bands_of(const NodeStage& work) const {
  const int rows = work.stage.band_rows;
  if (rows == 0) return 1;
  return std::clamp((network_.shape_of(work.node)[0] + rows - 1) / rows, 1, 2 * pool_.threads());
}

void Session::run_group(const Segment& segment, int group, int worker) {
  for (const int node : segment.grouped) clear_group(node, group);
  if (segment.parts == Stage::by_group) {
    call(segment.stages[0], passes_, {group, group, worker});
    return;
  }
  for (int sample = groups_.begin(group); sample < groups_.begin(group + 1); ++sample) {
    run_sample(segment, {sample, group, worker});
  }
}

void Session::run_sample(const Segment& segment, const Task& task) {
  const Passes& passes = worker_passes_[static_cast<std::size_t>(task.worker)];
  for (const NodeStage& work : segment.stages) call(work, passes, task);
}

void Session::call(const NodeStage& work, const Passes& passes, const Task& task) const {
  if (profile_ == nullptr) {
    call_body(work, passes, task);
    return;
  }
  const auto start = Profile::Clock::now();
  call_body(work, passes, task);
  profile_->add(task.worker, work.node, direction_, Profile::Clock::now() - start);
}

void Session::call_body(const NodeStage& work, const Passes& passes, const Task& task) const {
  within_layer(network_.node(work.node), [&] { work.stage.body(passes[static_cast<std::size_t>(work.node)], task); });
}

void Session::clear_group(int node, int group) const {
  const BatchView& sums = passes_[static_cast<std::size_t>(node)].group_sums;
  std::fill_n(sums[group], sums.stride, 0.0F);
}

Session::Memory Session::memory() const {
  return {activations_.size() * sizeof(float), (gradients_.size() + group_sums_.size()) * sizeof(float),
          saved_.size() + shared_->size() * sizeof(float), scratch_.size() * sizeof(float)};
}

}  // namespace convoy
