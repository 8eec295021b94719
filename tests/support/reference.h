#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "convoy/padding.h"
#include "convoy/shape.h"

namespace convoy::test {

using Tensors = std::vector<std::vector<double>>;

/// A layer's work on a batch, in double: values by input, sample after sample, and its parameters.
struct Problem {
  int batch = 0;
  std::vector<Shape> shapes = {};  ///< of one sample, by input
  Tensors inputs = {};
  Tensors parameters = {};
};

struct Gradients {
  Tensors inputs = {};
  Tensors parameters = {};
};

/// A layer by its definition: plain loops in double, no cleverness.
struct Reference {
  std::function<std::vector<double>(const Problem&)> forward;
  std::function<Gradients(const Problem&, const std::vector<double>& d_output)> backward;
};

struct ConvCase {
  int kernel_h = 1, kernel_w = 1;
  int stride_h = 1, stride_w = 1;
  int dilation = 1;
  bool same = false;
  int filters = 1;
  bool bias = true;
  Sides sides = {};
  int groups = 1;
};
Reference conv_reference(const ConvCase& options);
/// Depthwise with so many outputs of a channel; then filters by 1x1 pixels; transposed, an output larger by so much.
Reference depthwise_reference(const ConvCase& options, int multiplier);
Reference separable_reference(const ConvCase& options, int multiplier);
Reference transposed_reference(const ConvCase& options, Shape output);
Reference dense_reference(int units);

/// y[output] = bias by channel + the sum of x[input] * w[weight] * factor over all terms; the weight may be none, and
/// so may be the bias.
struct Term {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::size_t output, input;
  std::size_t weight = none;
  double factor = 1;
};
struct Terms {
  std::vector<Term> all = {};
  std::size_t outputs = 0;  ///< of a sample
};
Reference terms_reference(std::function<Terms(const Shape&)> terms, bool bias = false);
Reference batch_norm_reference(double epsilon);
Reference group_norm_reference(int groups, double epsilon);
Reference layer_norm_reference(double epsilon);
Reference pool_reference(bool largest, std::pair<int, int> pool, std::pair<int, int> stride, bool same);
/// With a given padding and PyTorch's other options.
struct PoolCase {
  int pool = 1, stride = 1;
  Sides sides = {};
  bool ceil_mode = false;
  bool count_padding = false;
};
Reference pool_reference(bool largest, const PoolCase& options);
Reference global_average_reference();
Reference add_reference();
Reference concat_reference();
Reference softmax_reference(bool logarithm = false);
/// Terms of layers that move and weigh numbers: bordered by zeros (a side below 0 cuts off), enlarged by a factor,
/// means of so many windows that cover the image.
Reference border_reference(Sides sides);
Reference up_sampling_reference(int factor_h, int factor_w, bool bilinear);
Reference adaptive_average_reference(int height, int width);
Reference global_maximum_reference();
/// A function of the values at one place of all inputs; an input of one number a channel is repeated. The derivatives
/// are by input.
Reference merge_reference(std::function<double(const std::vector<double>&)> f,
                          std::function<double(const std::vector<double>&, std::size_t)> derivative);
Reference affine_reference();
Reference local_response_reference(int size, double alpha, double beta, double k);
/// x, or for negative x that times the parameter, of which numbers `period` apart have the same.
Reference prelu_reference(std::size_t period);
Reference elementwise_reference(std::function<double(double)> f, std::function<double(double)> derivative);
/// By its name; the slope of leaky_relu is 0.2, the alpha of elu 1.
Reference activation_reference(const std::string& function);

}  // namespace convoy::test
