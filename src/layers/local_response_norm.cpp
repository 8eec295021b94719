#include <algorithm>

#include "core/portable_math.h"
#include "layers/check.h"
#include "layers/described_layer.h"
#include "layers/layer.h"
#include "layers/registry.h"

namespace convoy::layers {

/// Local response normalisation (Krizhevsky et al. 2012): at each pixel, by channel,
///
///     y[c] = x[c] / s[c]^beta     s[c] = k + alpha / size * sum over channels j of [c - size / 2, c + (size - 1) / 2]
///                                        of x[j]^2
class LocalResponseNorm final : public SampleLayer {
 public:
  explicit LocalResponseNorm(const convoy::LocalResponseNorm& options) : options_(options) {}
  static const Described<convoy::LocalResponseNorm>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;
  /// Assigns s of one pixel's channels.
  void scales(double* s, const float* x) const;

  convoy::LocalResponseNorm options_;
  int channels_ = 0;
  int pixels_ = 0;
};
namespace {

double square(float x) { return static_cast<double>(x) * static_cast<double>(x); }

/// Assigns sums[c], for each place c < count: the sum of values(j) for the places j from c - before to c + after.
template <class Values>
void sliding_sums(double* sums, int count, int before, int after, const Values& values) {
  for (int c = 0; c < count; ++c) {
    sums[c] = 0;
    for (int j = std::max(c - before, 0); j <= std::min(c + after, count - 1); ++j) sums[c] += values(j);
  }
}

}  // namespace

const Described<convoy::LocalResponseNorm>& LocalResponseNorm::described() {
  using Options = convoy::LocalResponseNorm;
  static const Described<Options> all{
      "local_response_norm", "Divides by what neighbouring channels amount to: x / (k + alpha / size * sum x^2)^beta.",
      Fields<Options>()
          .add("size", &Options::size, "Neighbouring channels, the channel itself among them.", {.min = 1, .max = 4096})
          .add("alpha", &Options::alpha,
               "The weight of the mean square, as in PyTorch; TensorFlow's alpha goes with the sum: size times as much "
               "here.",
               {.min = 0})
          .add("beta", &Options::beta, "The exponent.", {.min = 0})
          .add("k", &Options::k, "What is added; TensorFlow calls it bias.", {.min = 1e-12})};
  return all;
}

Declaration LocalResponseNorm::setup(std::span<const Shape> inputs) {
  const Shape& input = image_input(inputs);
  channels_ = input[2];
  pixels_ = input[0] * input[1];
  return {.output = input, .scratch_floats = 6 * static_cast<std::size_t>(channels_)};  // three doubles a channel
}

void LocalResponseNorm::scales(double* s, const float* x) const {
  sliding_sums(s, channels_, options_.size / 2, (options_.size - 1) / 2, [x](int j) { return square(x[j]); });
  for (int c = 0; c < channels_; ++c) s[c] = options_.k + options_.alpha / options_.size * s[c];
}

void LocalResponseNorm::forward_sample(const Pass& pass, const Task& task) const {
  auto* s = reinterpret_cast<double*>(pass.scratch[static_cast<std::size_t>(task.worker)]);
  const float* x = pass.inputs[0][task.index];
  float* y = pass.output[task.index];
  for (int pixel = 0; pixel < pixels_; ++pixel, x += channels_, y += channels_) {
    scales(s, x);
    for (int c = 0; c < channels_; ++c) {
      y[c] = static_cast<float>(static_cast<double>(x[c]) * portable::pow(s[c], -options_.beta));
    }
  }
}

/// dx[c] = dy[c] / s[c]^beta - 2 alpha beta / size * x[c] * the sum of dy[j] x[j] / s[j]^(beta + 1) over the channels j
/// that have c for a neighbour.
void LocalResponseNorm::backward_sample(const Pass& pass, const Task& task) const {
  if (!pass.d_inputs[0]) return;
  auto* s = reinterpret_cast<double*>(pass.scratch[static_cast<std::size_t>(task.worker)]);
  double* shares = s + channels_;
  double* sums = shares + channels_;
  const float* x = pass.inputs[0][task.index];
  const float* d_y = pass.d_output[task.index];
  float* d_x = pass.d_inputs[0][task.index];
  const double factor = 2 * options_.alpha * options_.beta / options_.size;
  for (int pixel = 0; pixel < pixels_; ++pixel, x += channels_, d_y += channels_, d_x += channels_) {
    scales(s, x);
    for (int c = 0; c < channels_; ++c) {
      shares[c] = static_cast<double>(d_y[c]) * static_cast<double>(x[c]) * portable::pow(s[c], -options_.beta - 1);
    }
    sliding_sums(sums, channels_, (options_.size - 1) / 2, options_.size / 2, [&](int j) { return shares[j]; });
    for (int c = 0; c < channels_; ++c) {
      d_x[c] = static_cast<float>(static_cast<double>(d_y[c]) * portable::pow(s[c], -options_.beta) -
                                  factor * static_cast<double>(x[c]) * sums[c]);
    }
  }
}

LayerType local_response_norm_row() { return type_row<Layer, LocalResponseNorm>(LocalResponseNorm::described()); }

}  // namespace convoy::layers

convoy::LocalResponseNorm::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::LocalResponseNorm::described(), *this);
}
