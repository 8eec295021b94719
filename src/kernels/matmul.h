#pragma once

#include "kernels/gemm.h"

namespace convoy::kernels {

/// As gemm, by convoy's own tiles: the same bits on every CPU that fuses multiply and add, where OpenBLAS has others on
/// each. A number of C is the sum, over blocks of 256 of k, of sums in order; it depends on nothing else than its row
/// of op(A) and its column of op(B).
void matmul(Transpose ta, Transpose tb, int m, int n, int k, const float* a, int lda, const float* b, int ldb, bool add,
            float* c, int ldc);

}  // namespace convoy::kernels
