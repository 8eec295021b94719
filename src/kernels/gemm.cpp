#include "kernels/gemm.h"

#include <cblas.h>

#include <mutex>

namespace convoy::kernels {
namespace {

/// OpenBLAS's serial build shares its work memory between threads without a lock: calls must take turns.
bool needs_turns() {
  static const bool serial = openblas_get_parallel() == 0;
  return serial;
}

std::mutex turn;

CBLAS_TRANSPOSE cblas(Transpose t) { return t == Transpose::yes ? CblasTrans : CblasNoTrans; }

}  // namespace

void gemm(Transpose ta, Transpose tb, int m, int n, int k, const float* a, int lda, const float* b, int ldb, bool add,
          float* c, int ldc) {
  std::unique_lock lock(turn, std::defer_lock);
  if (needs_turns()) lock.lock();
  cblas_sgemm(CblasRowMajor, cblas(ta), cblas(tb), m, n, k, 1.0F, a, lda, b, ldb, add ? 1.0F : 0.0F, c, ldc);
}

SingleThreadedBlas::SingleThreadedBlas() : before_(openblas_get_num_threads()) { openblas_set_num_threads(1); }

SingleThreadedBlas::~SingleThreadedBlas() { openblas_set_num_threads(before_); }

const char* blas_core() { return openblas_get_corename(); }

}  // namespace convoy::kernels
