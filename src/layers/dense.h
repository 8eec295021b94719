#pragma once

#include "layers/described_layer.h"
#include "layers/layer.h"

namespace convoy::layers {

/// y = x kernel + bias: (F) -> (units). The kernel is (F, units). The work is cut into a fixed number of parts of the
/// whole batch, since a kernel as large as a classifier's would pass through the caches once a sample otherwise.
class Dense final : public Layer {
 public:
  explicit Dense(const convoy::Dense& options);
  static const Described<convoy::Dense>& described();

  Declaration setup(std::span<const Shape> inputs) override;
  Stages forward(Mode mode, bool trainable) const override;
  Stages backward(bool trainable) const override;

 private:
  enum Parameter : std::size_t { kernel, bias };

  bool few_units() const;
  /// The inputs of one part of so many.
  int begin_of(int part) const;
  void forward_part(const Pass& pass, int part) const;
  void add_parts(const Pass& pass, int sample) const;
  void forward_columns(const Pass& pass, int part) const;
  void backward_part(const Pass& pass, int part) const;
  void backward_gemm(const Pass& pass, int begin, int end) const;
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
