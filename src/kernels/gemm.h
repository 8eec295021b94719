#pragma once

#include <cstddef>

namespace convoy::kernels {

enum class Transpose { no, yes };

/// Assigns C = op(A) op(B) (+ C if `add`), through OpenBLAS; op transposes where ta or tb say so. For calls on
/// several threads see reserve_blas and SingleThreadedBlas. Row-major: op(A) is m x k with leading dimension lda, op(B)
/// is k x n, C is m x n.
void gemm(Transpose ta, Transpose tb, int m, int n, int k, const float* a, int lda, const float* b, int ldb, bool add,
          float* c, int ldc);

/// Has OpenBLAS take and keep the memory that gemm works in, for calls from so many threads, at most 64, at a time.
/// Without this, a call that finds no memory never ends. Throws std::bad_alloc, or Error{failed} without OpenBLAS.
void reserve_blas(int threads);

/// Makes OpenBLAS run each call in its caller's thread, since convoy has its own threads; the destructor restores the
/// number of threads that the program had set. Several objects may exist at a time, also in several threads: the last
/// one restores.
class SingleThreadedBlas {
 public:
  SingleThreadedBlas();
  ~SingleThreadedBlas();
  SingleThreadedBlas(const SingleThreadedBlas&) = delete;
  SingleThreadedBlas& operator=(const SingleThreadedBlas&) = delete;
};

/// The kernels that OpenBLAS chose: "Haswell", "Zen", "SkylakeX".
const char* blas_core();

/// Whether OpenBLAS's kernels use a smaller instruction set than this CPU has: OPENBLAS_CORETYPE, or an OpenBLAS older
/// than the CPU, can be the cause. False where the name of the kernels is unknown.
bool blas_below_cpu();

}  // namespace convoy::kernels
