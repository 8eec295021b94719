#include "kernels/elementwise.h"

namespace convoy::kernels {
namespace {

void add(float* y, const float* a, const float* b, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) y[i] = a[i] + b[i];
}

void mask(float* y, const float* x, const unsigned char* keep, std::size_t count, float factor) {
  for (std::size_t i = 0; i < count; ++i) y[i] = keep[i] != 0 ? x[i] * factor : 0;
}

}  // namespace

template <>
const ElementwiseKernels Table<ElementwiseKernels, Isa::CONVOY_KERNEL_ISA>::functions = {.add = add, .mask = mask};

}  // namespace convoy::kernels
