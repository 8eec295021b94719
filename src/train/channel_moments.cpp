#include "train/channel_moments.h"

#include <algorithm>

#include "kernels/batch_norm.h"

namespace convoy {

void ChannelMoments::clear() {
  count_ = 0;
  std::ranges::fill(mean_, 0);
  std::ranges::fill(m2_, 0);
}

void ChannelMoments::add(Session& session, const Node& node, int batch) {
  const int source = node.inputs.front();
  const BatchView input = source == Network::input ? session.input() : session.output_of(source);
  const Shape& shape = session.network().shape_of(source);
  const int channels = shape.last();
  const int pixels = static_cast<int>(shape.size()) / channels;
  const auto values = static_cast<std::size_t>(batch) * static_cast<std::size_t>(channels);
  mean_.resize(static_cast<std::size_t>(channels));
  m2_.resize(static_cast<std::size_t>(channels));
  samples_.resize(2 * values);
  pivots_.resize(values);
  const auto of_sample = [&](int n) { return samples_.data() + std::ptrdiff_t{n} * 2 * channels; };
  session.pool().run(batch, [&](int n, int) {
    double* mean = of_sample(n);
    float* pivot = pivots_.data() + std::ptrdiff_t{n} * channels;
    kernels::batch_norm().moments(mean, mean + channels, pivot, input[n], pixels, channels);
  });
  const auto merge = [&](int to, int samples, int from, int more) {
    kernels::merge_moments(of_sample(to), of_sample(to) + channels, static_cast<double>(samples) * pixels,
                           of_sample(from), of_sample(from) + channels, static_cast<double>(more) * pixels, channels);
  };
  session.groups().reduce_samples(merge);
  const double values_of_batch = static_cast<double>(batch) * pixels;
  kernels::merge_moments(mean_.data(), m2_.data(), count_, of_sample(0), of_sample(0) + channels, values_of_batch,
                         channels);
  count_ += values_of_batch;
}

}  // namespace convoy
