#include "kernels/softmax.h"

#include "core/portable_math.h"
#include "kernels/float_math.h"

namespace convoy::kernels {
namespace {

// Each of these does the work of SoftmaxKernels' function of that name for one row; the sums are in double.

void forward_row(float* y, const float* x, std::size_t classes) {
  float largest = x[0];
  for (std::size_t i = 1; i < classes; ++i) largest = x[i] > largest ? x[i] : largest;
  double sum = 0;
  for (std::size_t i = 0; i < classes; ++i) {
    y[i] = exp(x[i] - largest);
    sum += static_cast<double>(y[i]);
  }
  const auto factor = static_cast<float>(1 / sum);
  for (std::size_t i = 0; i < classes; ++i) y[i] *= factor;
}

void backward_row(float* dx, const float* dy, const float* y, std::size_t classes) {
  double mean = 0;
  for (std::size_t i = 0; i < classes; ++i) mean += static_cast<double>(y[i]) * static_cast<double>(dy[i]);
  for (std::size_t i = 0; i < classes; ++i) dx[i] = y[i] * (dy[i] - static_cast<float>(mean));
}

void forward(float* y, const float* x, std::size_t rows, std::size_t classes) {
  for (std::size_t row = 0; row < rows; ++row) forward_row(y + row * classes, x + row * classes, classes);
}

void backward(float* dx, const float* dy, const float* y, std::size_t rows, std::size_t classes) {
  for (std::size_t row = 0; row < rows; ++row) {
    backward_row(dx + row * classes, dy + row * classes, y + row * classes, classes);
  }
}

void log_forward_row(float* y, const float* x, std::size_t classes) {
  float largest = x[0];
  for (std::size_t i = 1; i < classes; ++i) largest = x[i] > largest ? x[i] : largest;
  double sum = 0;
  for (std::size_t i = 0; i < classes; ++i) sum += static_cast<double>(exp(x[i] - largest));
  const auto log_sum = static_cast<float>(portable::log(sum));
  for (std::size_t i = 0; i < classes; ++i) y[i] = x[i] - largest - log_sum;
}

void log_backward_row(float* dx, const float* dy, const float* y, std::size_t classes) {
  double sum = 0;
  for (std::size_t i = 0; i < classes; ++i) sum += static_cast<double>(dy[i]);
  for (std::size_t i = 0; i < classes; ++i) dx[i] = dy[i] - exp(y[i]) * static_cast<float>(sum);
}

void log_forward(float* y, const float* x, std::size_t rows, std::size_t classes) {
  for (std::size_t row = 0; row < rows; ++row) log_forward_row(y + row * classes, x + row * classes, classes);
}

void log_backward(float* dx, const float* dy, const float* y, std::size_t rows, std::size_t classes) {
  for (std::size_t row = 0; row < rows; ++row) {
    log_backward_row(dx + row * classes, dy + row * classes, y + row * classes, classes);
  }
}

}  // namespace

template <>
const SoftmaxKernels Table<SoftmaxKernels, Isa::CONVOY_KERNEL_ISA>::functions = {
    .forward = forward, .backward = backward, .log_forward = log_forward, .log_backward = log_backward};

}  // namespace convoy::kernels
