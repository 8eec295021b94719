#include "convoy/predictor.h"

#include <algorithm>
#include <optional>

#include "convoy/error.h"
#include "data/scaling.h"
#include "graph/fold.h"
#include "kernels/gemm.h"
#include "model/model_impl.h"
#include "train/batch.h"

namespace convoy {
namespace {

/// Samples that go through the network together: enough to share a dense layer's weights, few enough to stay in a
/// cache.
constexpr int chunk = 32;

}  // namespace

struct Predictor::Impl {
  Impl(Model::Impl& model, int threads)
      : pool(threads),
        scaling(model.scaling),
        from_logits(model.loss().from_logits()),
        folded(model.network(), model.weights()) {}

  /// Plans for as many samples as came at most; what a file describes must not take memory for more.
  void make_room(int count) {
    const int wanted = std::min(count, chunk);
    if (session && session->max_batch() >= wanted) return;
    session.emplace(folded.network(), folded.weights(), Mode::predict, wanted, last_node(folded.network(), from_logits),
                    pool);
  }

  void predict(const float* samples, int count, float* to) {
    const std::size_t size = folded.network().input_shape().size();
    const std::size_t channels = scaling.multiply.size();
    for (int n = 0; n < count; ++n) {
      float* input = session->input()[n];
      for (std::size_t i = 0; i < size; i += channels, input += channels, samples += channels) {
        for (std::size_t c = 0; c < channels; ++c) input[c] = samples[c] * scaling.multiply[c] + scaling.add[c];
      }
      apply_threshold({session->input()[n], size}, scaling);
    }
    session->forward(count);
    copy_outputs(*session, count, from_logits, to);
  }

  ThreadPool pool;
  Scaling scaling;
  bool from_logits;
  FoldedNetwork folded;
  std::optional<Session> session;
  std::vector<float> outputs;
};

Predictor::Predictor(Model& model, int threads) : impl_(std::make_unique<Impl>(ModelAccess::impl(model), threads)) {}
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;
Predictor::~Predictor() = default;

std::span<const float> Predictor::predict(std::span<const float> samples) {
  const kernels::SingleThreadedBlas single;
  const Shape& input = impl_->folded.network().input_shape();
  if (samples.empty() || samples.size() % input.size() != 0) {
    throw Error(ErrorKind::data, "predict: expected samples of " + input.text() + " = " + std::to_string(input.size()) +
                                     " numbers each, got " + std::to_string(samples.size()) + " numbers");
  }
  const int count = static_cast<int>(samples.size() / input.size());
  impl_->make_room(count);
  const std::size_t size = impl_->session->output_shape().size();
  impl_->outputs.resize(static_cast<std::size_t>(count) * size);
  for (int n = 0; n < count; n += chunk) {
    const auto first = static_cast<std::size_t>(n);
    impl_->predict(samples.data() + first * input.size(), std::min(chunk, count - n),
                   impl_->outputs.data() + first * size);
  }
  return impl_->outputs;
}

}  // namespace convoy
