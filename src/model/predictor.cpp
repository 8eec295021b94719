#include "convoy/predictor.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "convoy/error.h"
#include "data/scaling.h"
#include "graph/fold.h"
#include "model/model_impl.h"
#include "train/batch.h"

namespace convoy {
namespace {

/// The number of samples that go through the network together: enough to share a dense layer's weights, few enough to
/// stay in a cache.
constexpr int chunk = 32;

}  // namespace

/// The constant parts that clones of a predictor share: scaling, folded network and packed weights.
struct Predictor::Shared {
  explicit Shared(Model::Impl& model)
      : scaler(model.scaling, model.network().input_shape()),
        link(model.has_loss() ? model.loss().link() : Link::none),
        folded(model.network(), model.weights()),
        pool(1),
        packed(folded.network(), folded.weights(), Mode::predict, 1, last_node(folded.network(), link), pool) {}

  std::size_t input_size() const { return folded.network().input_shape().size(); }
  std::size_t output_size() const { return packed.output_shape().size(); }

  SampleScaler scaler;
  Link link;
  FoldedNetwork folded;
  ThreadPool pool;
  Session packed;  ///< holds what all sessions share, which it made of the weights
};

/// One predictor: the shared parts, and separate threads and memory for activations.
struct Predictor::Impl {
  Impl(std::shared_ptr<const Shared> shared_parts, int threads) : shared(std::move(shared_parts)), pool(threads) {}

  /// Makes the session large enough for `count` samples, at most `chunk`. It grows only when needed, since the network
  /// of an unknown file may take much memory for each sample.
  void make_room(int count) {
    if (session && session->max_batch() >= count) return;
    session.emplace(shared->packed, count, pool);
  }

  /// Scales `count` samples, at most `chunk`, runs them through the network and writes the outputs to `to`.
  void predict(const float* samples, int count, float* to) {
    for (int n = 0; n < count; ++n, samples += shared->input_size()) shared->scaler.apply(samples, session->input()[n]);
    session->forward(count);
    copy_outputs(*session, count, shared->link, to);
  }

  std::shared_ptr<const Shared> shared;
  ThreadPool pool;
  std::optional<Session> session;
  std::mutex at_work;  ///< held during a call of predict
};

Predictor::Predictor(Model& model, int threads)
    : Predictor(std::make_unique<Impl>(std::make_shared<const Shared>(ModelAccess::impl(model)), threads)) {}
Predictor::Predictor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;
Predictor::~Predictor() = default;

Predictor Predictor::clone(int threads) const { return Predictor(std::make_unique<Impl>(impl_->shared, threads)); }

std::vector<float> Predictor::predict(std::span<const float> samples) {
  const Shared& shared = *impl_->shared;
  std::vector<float> outputs(samples.size() / shared.input_size() * shared.output_size());
  predict(samples, outputs);
  return outputs;
}

void Predictor::predict(std::span<const float> samples, std::span<float> outputs) {
  const std::size_t input = impl_->shared->input_size();
  const std::size_t output = impl_->shared->output_size();
  if (samples.empty() || samples.size() % input != 0) {
    throw Error(ErrorKind::data,
                "predict: expected samples of " + impl_->shared->folded.network().input_shape().text() + " = " +
                    std::to_string(input) + " numbers each, got " + std::to_string(samples.size()) + " numbers");
  }
  const std::size_t count = samples.size() / input;
  if (outputs.size() != count * output) {
    throw Error(ErrorKind::data, "predict: expected room for " + std::to_string(count * output) + " outputs, got " +
                                     std::to_string(outputs.size()));
  }
  const std::lock_guard lock(impl_->at_work);
  impl_->make_room(static_cast<int>(std::min<std::size_t>(count, chunk)));
  for (std::size_t first = 0; first < count; first += chunk) {
    const auto some = static_cast<int>(std::min<std::size_t>(chunk, count - first));
    impl_->predict(samples.data() + first * input, some, outputs.data() + first * output);
  }
}

}  // namespace convoy
