#include <algorithm>
#include <cmath>

#include "layers/check.h"
#include "layers/described_layer.h"
#include "layers/layer.h"
#include "layers/registry.h"

namespace convoy::layers {

/// Passes its input x on, and adds l1 * sum |x| + l2 * sum x^2 of each sample to that sample's loss.
class ActivityRegularization final : public SampleLayer {
 public:
  explicit ActivityRegularization(const convoy::ActivityRegularization& options) : options_(options) {}
  static const Described<convoy::ActivityRegularization>& described();

  Declaration setup(std::span<const Shape> inputs) override;

 private:
  void forward_sample(const Pass& pass, const Task& task) const override;
  void backward_sample(const Pass& pass, const Task& task) const override;

  convoy::ActivityRegularization options_;
  std::size_t size_ = 0;
};

const Described<convoy::ActivityRegularization>& ActivityRegularization::described() {
  using Options = convoy::ActivityRegularization;
  static const Described<Options> all{
      "activity_regularization",
      "Passes its input on and adds a penalty on it to the loss in training: Keras's activity_regularizer of the layer "
      "before. The penalty is the mean over the samples of a batch, as Keras divides it by the batch's size.",
      Fields<Options>()
          .add("l1", &Options::l1, "Adds this times the sum of a sample's absolute values to its loss.", {.min = 0})
          .add("l2", &Options::l2, "Adds this times the sum of a sample's squares to its loss.", {.min = 0})};
  return all;
}

Declaration ActivityRegularization::setup(std::span<const Shape> inputs) {
  const Shape& input = only_input(inputs);
  size_ = input.size();
  return {.output = input, .saved_bytes = sizeof(double), .penalises = true};
}

void ActivityRegularization::forward_sample(const Pass& pass, const Task& task) const {
  const float* x = pass.inputs[0][task.index];
  std::copy_n(x, size_, pass.output[task.index]);
  double absolute = 0;
  double squares = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    const double value = x[i];
    absolute += std::abs(value);
    squares += value * value;
  }
  *pass.saved_of<double>(task.index) = options_.l1 * absolute + options_.l2 * squares;
}

void ActivityRegularization::backward_sample(const Pass& pass, const Task& task) const {
  if (!pass.d_inputs[0]) return;
  const float* x = pass.inputs[0][task.index];
  const float* d_y = pass.d_output[task.index];
  float* d_x = pass.d_inputs[0][task.index];
  const float l1 = pass.sample_share * static_cast<float>(options_.l1);
  const float twice_l2 = pass.sample_share * static_cast<float>(2 * options_.l2);
  for (std::size_t i = 0; i < size_; ++i) {
    const float sign = static_cast<float>(x[i] > 0) - static_cast<float>(x[i] < 0);
    d_x[i] = d_y[i] + l1 * sign + twice_l2 * x[i];
  }
}

LayerType activity_regularization_row() {
  return type_row<Layer, ActivityRegularization>(ActivityRegularization::described());
}

}  // namespace convoy::layers

convoy::ActivityRegularization::operator convoy::LayerSpec() const {
  return layers::layer_spec(layers::ActivityRegularization::described(), *this);
}
