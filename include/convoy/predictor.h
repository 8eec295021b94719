#pragma once

#include <memory>
#include <span>

#include "convoy/model.h"

namespace convoy {

/// A model made ready for inference: batch norm folded into its neighbours, weights packed, all memory allocated. Takes
/// a copy of the weights, so the model may be changed or destroyed. One call at a time; use several predictors to
/// predict in several threads.
class Predictor {
 public:
  /// `threads` 0 means all cores. Throws Error{config} for a model without compile().
  explicit Predictor(Model& model, int threads = 0);
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;
  ~Predictor();

  /// The outputs (probabilities, for softmax cross-entropy) of samples.size() / input size samples, row-major, valid
  /// until the next call. Samples are NHWC with the values of the data the model was trained on, 0 to 255 for images:
  /// the model's scaling is applied here. Does not allocate while no call brings more samples than all before. Throws
  /// Error{data} for a size that is no multiple of a sample's.
  std::span<const float> predict(std::span<const float> samples);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace convoy
