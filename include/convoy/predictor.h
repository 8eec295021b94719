#pragma once

#include <memory>
#include <span>
#include <vector>

#include "convoy/model.h"

namespace convoy {

/// A model prepared for inference: batch norm is folded into neighbouring layers, weights are packed. Takes
/// a copy of the weights, so the model may be changed or destroyed. Several threads may use one predictor: their calls
/// wait for each other. To predict at the same time, each uses a clone().
class Predictor {
 public:
  /// `threads` 0 means all cores. Outputs are probabilities for a loss on softmax, else as the network gives them.
  explicit Predictor(Model& model, int threads = 0);
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;
  ~Predictor();

  /// Another predictor that shares the packed weights and has separate threads and memory for activations.
  Predictor clone(int threads = 0) const;

  /// The outputs of samples.size() / input size samples, row-major. Samples are NHWC with the values of the data the
  /// model was trained on, 0 to 255 for images: the model's scaling is applied here. Throws Error{data} for a size that
  /// is no multiple of a sample's.
  std::vector<float> predict(std::span<const float> samples);
  /// The same into `outputs`, which must have exactly the right size. Allocates memory only when a call brings more
  /// samples than all before.
  void predict(std::span<const float> samples, std::span<float> outputs);

 private:
  struct Shared;
  struct Impl;
  explicit Predictor(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace convoy
