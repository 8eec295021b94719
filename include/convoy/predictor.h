#pragma once

#include <memory>
#include <span>
#include <vector>

#include "convoy/model.h"

namespace convoy {

/// A model made ready for inference: batch norm folded into its neighbours, weights packed, all memory allocated. Takes
/// a copy of the weights, so the model may be changed or destroyed. Several threads may use one predictor: their calls
/// wait for each other. To work at the same time each takes a clone().
class Predictor {
 public:
  /// `threads` 0 means all cores. Outputs are probabilities for a loss on softmax, else as the network gives them.
  explicit Predictor(Model& model, int threads = 0);
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;
  ~Predictor();

  /// Another predictor of the same weights, which it shares, packed as they are; memory for activations and threads are
  /// its own.
  Predictor clone(int threads = 0) const;

  /// The outputs of samples.size() / input size samples, row-major. Samples are NHWC with the values of the data the
  /// model was trained on, 0 to 255 for images: the model's scaling is applied here. Throws Error{data} for a size that
  /// is no multiple of a sample's.
  std::vector<float> predict(std::span<const float> samples);
  /// The same into the caller's memory, which must be as large. Does not allocate while no call brings more samples
  /// than all before.
  void predict(std::span<const float> samples, std::span<float> outputs);

 private:
  struct Shared;
  struct Impl;
  explicit Predictor(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace convoy
