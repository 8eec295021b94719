#pragma once

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// y = x kernel + bias: (F) -> (units). The kernel is (F, units). The work is cut into a fixed number of parts of the
/// whole batch, since a large kernel would otherwise pass through the caches once for each sample.
class Dense final : public Layer {
 public:
  explicit Dense(const convoy::Dense& options);
  static const Described<convoy::Dense>& described();

  Declaration setup(std::span<const Shape> inputs) override;
  Stages forward(Mode mode, bool trainable) const override;
  Stages backward(bool trainable) const override;

 private:
  enum Parameter : std::size_t { kernel, bias };

  /// Whether the kernels for few units (kernels/dense.h) do the work, whose parts are over the inputs.
  bool few_units() const;
  /// The first input of a part, a multiple of a cache line's floats; inputs_ for the part behind the last.
  int begin_of(int part) const;
  /// Assigns the share that one part of the inputs has in all samples' dot products to the saved bytes.
  void forward_part(const Pass& pass, int part) const;
  /// Assigns the sample's output: the bias and the shares of all parts.
  void add_parts(const Pass& pass, int sample) const;
  /// Assigns one part of the units in all samples' outputs.
  void forward_columns(const Pass& pass, int part) const;
  /// For one part of the inputs: assigns d_input unless it is null, adds to the kernel's gradient unless it is null.
  void backward_part(const Pass& pass, int part) const;
  /// Does what backward_part does, for many units and the inputs [begin, end).
  void backward_many(const Pass& pass, int begin, int end) const;
  /// Adds the batch's d_output to the bias's gradient unless it is null.
  void add_bias_gradient(const Pass& pass) const;

  ParameterDeclaration kernel_spec_;
  ParameterDeclaration bias_spec_;
  int units_;
  bool use_bias_;
  int inputs_ = 0;
  int parts_ = 1;         ///< over the inputs
  int column_parts_ = 1;  ///< over the units, in forward with many of them
};

}  // namespace convoy::layers
