#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "convoy/settings.h"
#include "convoy/shape.h"
#include "core/sample_groups.h"

namespace convoy {

enum class Mode { train, predict };

/// A trainable tensor that a layer asks for. Names are Keras's: kernel, bias, gamma, beta.
struct ParameterDeclaration {
  std::string name;
  Shape shape;
  std::string initializer = "zeros";
  int fan_in = 1;  ///< inputs of one output, outputs of one input: for initialisers that scale by them
  int fan_out = 1;
  bool decayed = false;  ///< whether weight decay applies by default: to kernels only
  double l1 = 0;         ///< penalty l1 * sum |w| + l2 * sum w^2 of this tensor
  double l2 = 0;
  double max_norm = 0;  ///< largest norm of the numbers that make one output; 0 for none
  /// For max_norm: number i belongs to output i / output_step % outputs; 0 outputs stands for the last extent.
  int outputs = 0;
  int output_step = 1;
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
  affine,  ///< in Mode::predict y = scale x + shift by channel, the last axis; affine_map() gives scale and shift
  passes_affine,  ///< an affine map before it could as well come after it: views, averages, dropout
  linear,         ///< y = x kernel + bias. The kernel's last axis is y's channels; row r of its other axes, taken as
                  ///< one, multiplies x's channel r % channels
  linear_padded,  ///< the same with zeros beside the image, so that it absorbs no map before it
};

/// What a layer asks of a session. The layer allocates nothing itself.
struct Declaration {
  Shape output;
  std::vector<ParameterDeclaration> parameters = {};
  std::vector<StateDeclaration> states = {};
  std::size_t saved_bytes = 0;     ///< for each sample: what forward leaves for a later stage or for backward
  std::size_t shared_floats = 0;   ///< the same, once for the whole batch
  std::size_t scratch_floats = 0;  ///< for each worker: undefined between two calls
  std::int64_t macs = 0;           ///< multiply-adds of one sample's forward pass
  bool view = false;               ///< the output is the input's numbers in another shape: they share a buffer
  bool in_place = false;           ///< forward may overwrite its input, and backward d_output with d_input
  bool gradient_in_place = false;  ///< backward may overwrite d_output with d_input, even if forward is not in place
  bool reads_output = false;       ///< backward reads this layer's own output
  Folding folding = Folding::none;
  bool penalises = false;  ///< forward leaves a penalty on each sample, a double, at the beginning of what it saves
  /// For each group of samples (SampleGroups): zeros before the first of them. Backward's stages by sample add the
  /// gradients of a group's samples up there, and a late stage adds the groups' sums (Pass::sum_groups) to the
  /// gradients.
  std::size_t group_floats = 0;
  std::size_t group_scratch_floats =
      0;  ///< for each worker: undefined before a group's first sample and after its last
};

/// One buffer of a batch: sample n starts at data + n * stride (floats). Strides are padded; samples are contiguous.
struct BatchView {
  float* data = nullptr;
  std::ptrdiff_t stride = 0;
  float* operator[](int sample) const { return data + sample * stride; }
  explicit operator bool() const { return data != nullptr; }
};

/// The memory of a session that one layer works on in one pass over a batch.
struct Pass {
  Mode mode = Mode::predict;
  bool trainable = true;
  int batch = 0;             ///< samples in this batch
  std::uint64_t seed = 0;    ///< with number and sample, names the random numbers of this pass
  std::uint32_t number = 0;  ///< of the pass, unique in a training
  float sample_share = 1;    ///< the weight of one sample, and its penalties, in the loss that backward differentiates
  std::uint32_t salt = 0;    ///< the layer's number in its network, so that two dropouts draw differently
  std::vector<BatchView> inputs;
  BatchView output;
  std::vector<BatchView> d_inputs;  ///< backward assigns them; data is null where nobody needs the gradient
  BatchView d_output;
  std::vector<BatchView> further_gradients;  ///< to be added to d_output before the layer's backward
  std::vector<float*> parameters;
  std::vector<float*> gradients;  ///< backward adds to them; null when the layer is frozen
  std::vector<float*> states;
  std::byte* saved = nullptr;
  std::size_t saved_stride = 0;
  float* shared = nullptr;
  std::vector<float*> scratch;  ///< by worker
  SampleGroups groups;          ///< of the samples of this batch
  BatchView group_sums;         ///< by group
  BatchView group_scratch;      ///< by worker

  /// A sample's saved bytes as numbers of type T.
  template <class T>
  T* saved_of(int sample) const {
    return reinterpret_cast<T*>(saved + static_cast<std::size_t>(sample) * saved_stride);
  }

  /// Adds `count` numbers of all groups' sums, from place `at` on, up in group 0's, and returns these.
  const float* sum_groups(std::size_t at, std::size_t count) const;
};

/// One call of a stage: index is the sample, the group, or the part where the stage has a fixed number of parts.
struct Task {
  int index = 0;
  int group = 0;   ///< of samples, for stages by sample or group: to which Pass::group_sums to add
  int worker = 0;  ///< whose scratch to use
  int band = 0;    ///< of a divided sample: which of the `bands` bands of its output to compute
  int bands = 1;
  int band_rows = 1;  ///< a band has a multiple of so many rows, but for the last

  /// The rows of the band: [first_row, end_row) of so many.
  int first_row(int rows) const { return row_of(band, rows); }
  int end_row(int rows) const { return row_of(band + 1, rows); }

 private:
  int row_of(int which, int rows) const;
};

/// The numbers of an output of `shape` that are in a task's band: rows along its first axis.
struct Band {
  Band(const Shape& shape, const Task& task);
  std::size_t first;
  std::size_t count;
};

/// A function called for every index, in any order and in parallel.
struct Stage {
  static constexpr int by_sample = 0;
  static constexpr int by_group = -1;
  /// by_sample: one call for each sample; by_group: one for each group of samples, where `trainable`. Otherwise the
  /// number of calls, which does not depend on the threads.
  int parts = by_sample;
  std::function<void(const Pass&, const Task&)> body;
  /// When the stage runs. Early and late stages do not keep the stages around them from being fused.
  enum class When {
    in_order,
    early,  ///< before all others: it reads parameters and states only, as to pack weights. In Mode::predict it runs
            ///< when the weights have changed, not in every pass
    late,   ///< after all others: it writes gradients only
  };
  When when = When::in_order;
  /// For stages by sample, for few samples on many threads: 0, or of how many rows of the output the bands are made for
  /// which the body may be called one by one.
  int band_rows = 0;
  /// Whether a band is made from the same band of the inputs, which have the output's shape. Then it may have any rows.
  bool band_by_band = false;
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

  /// Checks the shapes of the inputs (of one sample), keeps the sizes that forward and backward need, and returns the
  /// output's shape, the parameters and the memory needed. Called once. Throws Error{config} for inputs that the layer
  /// cannot take: what was expected, what came, a hint; the graph adds the layer's name.
  virtual Declaration setup(std::span<const Shape> inputs) = 0;

  /// Throws Error{config} if the layer cannot be trained on batches of so few samples; by default does nothing.
  virtual void check_training_batch(int /*samples*/) const {}

  /// The stages that assign pass.output. In Mode::train they also leave in pass.saved and pass.shared what backward
  /// needs, and may move the states. `trainable` is false for a frozen layer.
  virtual Stages forward(Mode mode, bool trainable) const = 0;

  /// For Folding::affine: assigns scale and shift, by channel. Other layers throw Error{failed}.
  virtual void affine_map(std::span<const float* const> parameters, std::span<const float* const> states,
                          std::span<double> scale, std::span<double> shift) const;

  /// The stages that, from pass.d_output, assign the d_inputs that are not null and add to the gradients that are not
  /// null.
  virtual Stages backward(bool trainable) const = 0;
};

/// A layer without parameters that computes each sample by itself: most layers.
class SampleLayer : public Layer {
 public:
  Stages forward(Mode mode, bool trainable) const final;
  Stages backward(bool trainable) const final;

 protected:
  /// Whether forward_sample computes the task's band from the same band of the inputs (Stage::band_by_band).
  virtual bool band_by_band() const { return false; }
  /// Assigns the output of sample task.index, and in Mode::train leaves in its saved bytes what backward needs.
  virtual void forward_sample(const Pass& pass, const Task& task) const = 0;
  /// Assigns the d_inputs of sample task.index, where they are not null, from its d_output.
  virtual void backward_sample(const Pass& pass, const Task& task) const = 0;
};

}  // namespace convoy
