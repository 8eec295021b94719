#include "convoy/bench.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <numeric>

#include "config/fit_keys.h"
#include "convoy/error.h"
#include "convoy/machine.h"
#include "convoy/predictor.h"
#include "core/cpu.h"
#include "core/random.h"
#include "core/stopwatch.h"
#include "data/augmentation.h"
#include "graph/fold.h"
#include "kernels/gemm.h"
#include "kernels/peak.h"
#include "model/training.h"

namespace convoy {
namespace {

constexpr int timed_batches = 8;  ///< batches of an epoch; training is timed by epochs

/// Random bytes as images, labelled 0, 1, ... in turn.
Dataset random_images(const Shape& shape, int count, int classes) {
  Random random(0, Purpose::initial_weights, 0);
  std::vector<std::uint8_t> pixels(shape.size() * static_cast<std::size_t>(count));
  for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(random.next());
  std::vector<int> labels(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) labels[static_cast<std::size_t>(i)] = i % classes;
  return Dataset::from_bytes(shape, std::move(pixels), std::move(labels));
}

/// The upper median.
double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// Takes several measurements in turns, so that each meets the same disturbances on the machine.
class Rounds {
 public:
  /// Adds a measurement: run() does the work once; its time is divided by `units` and stored in `result`, which must
  /// outlive the call of run().
  void add(double units, double& result, std::function<void()> run) {
    entries_.push_back({units, &result, std::move(run), {}});
  }

  /// Measures for about `seconds` in all, and sets each result to the median seconds per unit.
  void run(double seconds) {
    for (Entry& entry : entries_) entry.run();  // the first run also maps memory
    const double share = seconds / (static_cast<double>(entries_.size()) * rounds);
    for (int round = 0; round < rounds; ++round) {
      for (Entry& entry : entries_) measure(entry, share);
    }
    for (Entry& entry : entries_) *entry.result = median(entry.seconds) / entry.units;
  }

 private:
  static constexpr int rounds = 5;

  struct Entry {
    double units;
    double* result;
    std::function<void()> run;
    std::vector<double> seconds;
  };

  /// Runs an entry, at least once, until `seconds` have passed, and notes each time.
  static void measure(Entry& entry, double seconds) {
    const Stopwatch all;
    do {
      const Stopwatch one;
      entry.run();
      entry.seconds.push_back(one.seconds());
    } while (all.seconds() < seconds);
  }

  std::vector<Entry> entries_;
};

/// Operations of a node's backward pass for one image: gradients of the kernel and, where needed, of the input.
std::int64_t backward_flops(const Network& network, const Node& node) {
  const std::int64_t macs = 2 * node.declaration.macs;
  const bool kernel = node.trainable && !node.parameters.empty();
  const int source = node.inputs.empty() ? Network::input : node.inputs[0];
  const bool data = source != Network::input && network.node(source).needs_gradient;
  return node.needs_gradient ? (kernel ? macs : 0) + (data ? macs : 0) : 0;
}

/// The row of the layer that a node belongs to, added where it is missing. An activation belongs to its layer.
LayerBench& row_for(std::vector<LayerBench>& rows, const Node& node) {
  const auto row = std::ranges::find(rows, node.owner.empty() ? node.name : node.owner, &LayerBench::name);
  if (row != rows.end()) return *row;
  rows.push_back({.name = node.name, .type = node.type});
  return rows.back();
}

/// The configuration for training without end on random images: no validation or logs, and a learning rate of almost 0,
/// so that the weights stay as they are. on_nan = "stop" would examine samples after each of the short epochs.
Config endless(const Config& config, int batch_size) {
  Config endless = config;
  endless.optimizer.settings.set("learning_rate", 1e-9);
  record({.epochs = 1 << 30,
          .batch_size = batch_size,
          .shuffle = false,
          .augmentation = augmentation_fields().read(config.augmentation),
          .on_nan = OnNan::skip,
          .log_steps = 0},
         endless);
  return endless;
}

/// Times a model in training and in inference.
class Bench {
 public:
  Bench(const Config& config, const BenchOptions& options)
      : options_(options),
        batch_(options.batch_size > 0 ? options.batch_size : config.train.integer("batch_size")),
        model_(Model::from_config(endless(config, batch_), options.threads)),
        impl_(ModelAccess::impl(model_)),
        data_(random_images(impl_.input, batch_ * timed_batches, model_.outputs())),
        training_(impl_, data_),
        trainer_(training_.trainer()),
        folded_(impl_.network(), impl_.weights()),
        inference_(folded_.network(), folded_.weights(), Mode::predict, batch_, folded_.network().output(), impl_.pool),
        predictor_(model_, options.threads),
        images_(impl_.input.size() * static_cast<std::size_t>(batch_), 128.0F),
        outputs_(one_output() * static_cast<std::size_t>(batch_)) {}

  /// Takes all measurements, for options.seconds and 3/8 of that more for the times by layer.
  BenchResult run() {
    BenchResult result;
    describe(result);
    measure(result);
    profile(result);
    const Network& network = impl_.network();
    for (const LayerBench& layer : result.layers) {
      result.infer_flops += layer.forward_flops;
      result.train_flops += layer.forward_flops + layer.backward_flops;
    }
    result.gflops = static_cast<double>(result.train_flops) / result.train_us_per_image / 1e3;
    result.share_of_peak = result.gflops / result.fma_peak_gflops;
    add_memory(result, network);
    result.peak_rss_mb = peak_rss_mb();
    return result;
  }

 private:
  std::size_t one_output() const { return static_cast<std::size_t>(model_.outputs()); }

  /// Sets machine, threads, batch size and warnings about a restricted instruction set.
  void describe(BenchResult& result) const {
    result.cpu = cpu_name();
    result.isa = isa_name(cpu_isa());
    result.blas_core = kernels::blas_core();
    result.threads = impl_.pool.threads();
    result.batch_size = batch_;
    if (kernels::blas_below_cpu()) {
      result.warnings.push_back("OpenBLAS runs its " + result.blas_core + " kernels, below this CPU's " +
                                isa_name(best_isa()) + "; unset OPENBLAS_CORETYPE, or install a newer libopenblas0");
    }
    if (cpu_isa() != best_isa()) {
      result.warnings.push_back("CONVOY_ISA=" + result.isa + " keeps convoy below this CPU's " + isa_name(best_isa()) +
                                "; unset it");
    }
  }

  /// Measures times of training, inference and optimizer, and the peaks that the machine reaches.
  void measure(BenchResult& result) {
    Rounds rounds;
    double train = 0, infer = 0, one = 0, fma = 0, sgemm = 0, optimizer = 0;
    rounds.add(batch_ * timed_batches, train, [this] { trainer_.run_epoch({}); });
    rounds.add(batch_, infer, [this] { predictor_.predict(images_, outputs_); });
    rounds.add(1, one, [this] {
      predictor_.predict(std::span(images_).first(impl_.input.size()), std::span(outputs_).first(one_output()));
    });
    rounds.add(fma_flops(), fma, [this] { run_fma(); });
    rounds.add(sgemm_flops(), sgemm, [this] { run_sgemm(); });
    rounds.add(batch_, optimizer, [this] { run_optimizer(); });
    rounds.run(options_.seconds);
    result.train_us_per_image = train * 1e6;
    result.infer_us_per_image = infer * 1e6;
    result.infer_one_us = one * 1e6;
    result.fma_peak_gflops = 1e-9 / fma;
    result.sgemm_peak_gflops = 1e-9 / sgemm;
    result.optimizer_us = optimizer * 1e6;
  }

  /// Adds the rows of the layers: runs training and inference again, with the clock read around each layer.
  void profile(BenchResult& result) {
    const Network& network = impl_.network();
    const auto nodes = network.nodes().size();
    Profile training(nodes, impl_.pool.threads());
    Profile inference(folded_.network().nodes().size(), impl_.pool.threads());
    int trained = 0, inferred = 0;
    trainer_.session().set_profile(&training);
    inference_.set_profile(&inference);
    for (const Stopwatch watch; watch.seconds() < options_.seconds / 4; trained += batch_ * timed_batches) {
      trainer_.run_epoch({});
    }
    for (const Stopwatch watch; watch.seconds() < options_.seconds / 8; inferred += batch_) inference_.forward(batch_);
    trainer_.session().set_profile(nullptr);
    inference_.set_profile(nullptr);
    for (int i = 0; i < static_cast<int>(nodes); ++i) {
      const Node& node = network.node(i);
      LayerBench& row = row_for(result.layers, node);
      row.forward_us += training.seconds(i, Profile::forward) * 1e6 / trained;
      row.backward_us += training.seconds(i, Profile::backward) * 1e6 / trained;
      row.forward_flops += 2 * node.declaration.macs;
      row.backward_flops += backward_flops(network, node);
      row.output_bytes = node.declaration.output.size() * sizeof(float);
    }
    for (int i = 0; i < static_cast<int>(folded_.network().nodes().size()); ++i) {
      row_for(result.layers, folded_.network().node(i)).infer_us +=
          inference.seconds(i, Profile::forward) * 1e6 / inferred;
    }
  }

  /// Sets the sizes of the blocks of memory in training.
  void add_memory(BenchResult& result, const Network& network) {
    const Session::Memory memory = trainer_.session().memory();
    const std::size_t slots = trainer_.optimizer().slot_names().size();
    result.memory = {{"parameters", network.parameter_floats() * sizeof(float)},
                     {"optimizer", network.parameter_floats() * sizeof(float) * slots},
                     {"gradients", memory.gradients},
                     {"activations", memory.activations},
                     {"saved for backward", memory.saved},
                     {"scratch", memory.scratch}};
  }

  static constexpr std::int64_t fma_rounds = 1 << 18;
  /// Operations of run_fma() on all threads.
  double fma_flops() const {
    return static_cast<double>(fma_rounds) * kernels::peak().flops_a_round * impl_.pool.threads();
  }
  /// Multiply-adds in registers on all threads.
  void run_fma() {
    impl_.pool.run(impl_.pool.threads(), [&](int task, int) {
      unused_[static_cast<std::size_t>(task)] = kernels::peak().multiply_add(fma_rounds);
    });
  }

  static constexpr int edge = 512;  ///< of the square matrices

  /// Operations of run_sgemm() on all threads.
  double sgemm_flops() const { return 2.0 * edge * edge * edge * impl_.pool.threads(); }
  /// One matrix product on each thread.
  void run_sgemm() {
    using kernels::Transpose;
    impl_.pool.run(impl_.pool.threads(), [&](int task, int) {
      float* c = products_.data() + static_cast<std::ptrdiff_t>(task) * edge * edge;
      kernels::gemm(Transpose::no, Transpose::no, edge, edge, edge, factor_.data(), edge, factor_.data(), edge, false,
                    c, edge);
    });
  }

  /// One step of the optimizer, which hardly moves the weights.
  void run_optimizer() {
    trainer_.optimizer().step(impl_.weights().parameters.span(), trainer_.session().gradients(), 1e-9);
  }

  BenchOptions options_;
  int batch_;
  Model model_;
  Model::Impl& impl_;
  Dataset data_;
  Training training_;
  Trainer& trainer_;
  FoldedNetwork folded_;
  Session inference_;
  Predictor predictor_;
  std::vector<float> images_;
  std::vector<float> outputs_;
  std::vector<float> unused_ =  // results, so that the work is not optimised away
      std::vector<float>(static_cast<std::size_t>(impl_.pool.threads()));
  std::vector<float> factor_ = std::vector<float>(std::size_t{edge} * edge, 0.5F);
  std::vector<float> products_ =
      std::vector<float>(std::size_t{edge} * edge * static_cast<std::size_t>(impl_.pool.threads()));
};

}  // namespace

BenchResult bench(const Config& config, const BenchOptions& options) {
  const kernels::SingleThreadedBlas single;
  return Bench(config, options).run();
}

}  // namespace convoy
