#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "convoy/settings.h"
#include "convoy/shape.h"

namespace convoy {

enum class Mode { train, predict };

/// A trainable tensor that a layer asks for. Names are Keras's: kernel, bias, gamma, beta.
struct ParameterDeclaration {
  std::string name;
  Shape shape;
  std::string initializer = "zeros";
  int fan_in = 1;  ///< for the initialisers that scale by them
  int fan_out = 1;
  bool decayed = false;  ///< weight decay applies unless told otherwise: kernels only
  double l1 = 0;         ///< penalty l1 * sum |w| + l2 * sum w^2 of this tensor
  double l2 = 0;
  double max_norm = 0;  ///< largest norm along all axes but the last; 0 for none
};

/// A tensor that is saved with the model but not trained: moving_mean, moving_variance.
struct StateDeclaration {
  std::string name;
  Shape shape;
  float initial = 0;
};

/// How a layer takes part when a network is folded for inference (graph/fold.h).
enum class Folding {
  none,
  affine,         ///< in Mode::predict y = scale x + shift by channel, the last axis; affine_map() tells which
  passes_affine,  ///< such a map before it might as well come after it: views, averages, dropout
  linear,         ///< y = x kernel + bias. The kernel's last axis is y's channels; its other axes, as one, go through
                  ///< x's channels over and over
  linear_padded,  ///< the same, but for zeros beside the image, so that it absorbs no map before it
};

/// What a layer asks of a session. The layer allocates nothing itself.
struct Declaration {
  Shape output;
  std::vector<ParameterDeclaration> parameters = {};
  std::vector<StateDeclaration> states = {};
  std::size_t saved_bytes = 0;     ///< a sample: what forward leaves for a later stage or for backward
  std::size_t shared_floats = 0;   ///< a session: the same, once for the whole batch
  std::size_t scratch_floats = 0;  ///< a worker: undefined between two calls
  std::int64_t macs = 0;           ///< multiply-adds of one sample's forward pass
  bool view = false;               ///< the output is the input's numbers in another shape: they share a buffer
  bool in_place = false;           ///< forward may overwrite its input, and backward d_output with d_input
  bool gradient_in_place = false;  ///< backward may overwrite d_output with d_input, even if forward is not in place
  bool reads_output = false;       ///< backward reads this layer's own output
  Folding folding = Folding::none;
  /// A group of samples: 0 before the first of them; backward's stages by sample add up there what follows from all of
  /// them, and a late stage makes gradients of it.
  std::size_t group_floats = 0;
};

/// One buffer of a batch: sample n starts at data + n * stride (floats). Strides are padded; samples are contiguous.
struct BatchView {
  float* data = nullptr;
  std::ptrdiff_t stride = 0;
  float* operator[](int sample) const { return data + sample * stride; }
  explicit operator bool() const { return data != nullptr; }
};

/// One layer's window on a session's memory.
struct Pass {
  Mode mode = Mode::predict;
  bool trainable = true;
  int batch = 0;             ///< samples in this batch
  std::uint64_t seed = 0;    ///< with number and sample, names the random numbers of this pass
  std::uint32_t number = 0;  ///< of the pass, unique in a training
  std::uint32_t salt = 0;    ///< the layer's number in its network, so that two dropouts draw differently
  std::vector<BatchView> inputs;
  BatchView output;
  std::vector<BatchView> d_inputs;  ///< to be assigned; data is null where nobody needs it
  BatchView d_output;
  std::vector<float*> parameters;
  std::vector<float*> gradients;  ///< to be added to; null when the layer is frozen
  std::vector<float*> states;
  std::byte* saved = nullptr;
  std::size_t saved_stride = 0;
  float* shared = nullptr;
  std::vector<float*> scratch;  ///< by worker
  BatchView group_sums;         ///< by group of samples
  int groups = 0;

  template <class T>
  T* saved_of(int sample) const {
    return reinterpret_cast<T*>(saved + static_cast<std::size_t>(sample) * saved_stride);
  }
};

/// The unit of work: index is the sample, or the part of a stage with a number of parts of its own.
struct Task {
  int index = 0;
  int group = 0;   ///< of samples, for stages by sample: which of the sums to add to
  int worker = 0;  ///< whose scratch to use
  int band = 0;    ///< of a divisible stage: compute this one of so many bands of the sample
  int bands = 1;
};

/// A function called for every index, in any order and in parallel.
struct Stage {
  static constexpr int by_sample = 0;
  int parts =
      by_sample;  ///< by_sample: one call a sample. Otherwise so many calls; a fixed number, whatever the threads
  std::function<void(const Pass&, const Task&)> body;
  /// Stages outside of the order split no segment.
  enum class When {
    in_order,
    early,  ///< ahead of all others: it reads parameters only (packs weights, say). In Mode::predict not in every pass
            ///< but when the weights have changed
    late,   ///< after all others: it writes gradients only
  };
  When when = When::in_order;
  /// By sample only: the body may be called once for each band of a sample, for few samples on many threads.
  bool divisible = false;
};

/// One layer's work in one direction: stages in order, each beginning when the one before is complete. Stages by sample
/// that follow each other, also across layers, run fused: one sample goes through all of them while it is in the cache.
using Stages = std::vector<Stage>;

/// A layer: shapes and memory at setup, then pure work on views. It owns no tensor, so one layer serves many sessions.
class Layer {
 public:
  Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;
  virtual ~Layer() = default;

  /// Checks the shapes of the inputs (of one sample) and declares the output and the memory needed. Called once.
  /// Throws Error{config}: what was expected, what came, a hint; the graph adds which layer it is.
  virtual Declaration setup(std::span<const Shape> inputs) = 0;

  /// Throws Error{config} where so few samples are no batch to train this layer on.
  virtual void check_training_batch(int /*samples*/) const {}

  /// Fills pass.output. `trainable` is false for a frozen layer.
  virtual Stages forward(Mode mode, bool trainable) const = 0;

  /// For Folding::affine: assigns scale and shift, by channel.
  virtual void affine_map(std::span<const float* const> parameters, std::span<const float* const> states,
                          std::span<double> scale, std::span<double> shift) const;

  /// From pass.d_output: assigns the d_inputs that are not null, adds to the gradients that are not null.
  virtual Stages backward(bool trainable) const = 0;
};

/// A layer whose samples do not depend on each other: most layers.
class SampleLayer : public Layer {
 public:
  Stages forward(Mode mode, bool trainable) const final;
  Stages backward(bool trainable) const final;

 protected:
  virtual void forward_sample(const Pass& pass, const Task& task) const = 0;
  virtual void backward_sample(const Pass& pass, const Task& task) const = 0;
};

}  // namespace convoy
