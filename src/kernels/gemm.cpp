#include "kernels/gemm.h"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <string_view>
#include <vector>

#include "core/cpu.h"
#include "kernels/openblas.h"

namespace convoy::kernels {
namespace {

/// Whether calls must take turns: OpenBLAS's serial build shares its work memory between threads without a lock.
bool needs_turns() {
  static const bool serial = openblas().get_parallel() == 0;
  return serial;
}

/// Held by the thread whose turn it is.
std::mutex turn;

/// The threads for whose work memory OpenBLAS has places in all its builds.
constexpr int most_reserved = 64;

/// The number of SingleThreadedBlas objects in all threads, and OpenBLAS's threads before the first of them: OpenBLAS
/// has one setting for all threads.
struct Guards {
  std::mutex mutex;
  int count = 0;
  int threads_before = 1;
} guards;

CBLAS_TRANSPOSE cblas(Transpose t) { return t == Transpose::yes ? CblasTrans : CblasNoTrans; }

}  // namespace

void gemm(Transpose ta, Transpose tb, int m, int n, int k, const float* a, int lda, const float* b, int ldb, bool add,
          float* c, int ldc) {
  std::unique_lock lock(turn, std::defer_lock);
  if (needs_turns()) lock.lock();
  openblas().sgemm(CblasRowMajor, cblas(ta), cblas(tb), m, n, k, 1.0F, a, lda, b, ldb, add ? 1.0F : 0.0F, c, ldc);
}

SingleThreadedBlas::SingleThreadedBlas() {
  const std::lock_guard lock(guards.mutex);
  const OpenBlas& blas = openblas();
  if (guards.count++ > 0) return;
  guards.threads_before = blas.get_num_threads();
  blas.set_num_threads(1);
}

SingleThreadedBlas::~SingleThreadedBlas() {
  const std::lock_guard lock(guards.mutex);
  if (--guards.count == 0) openblas().set_num_threads(guards.threads_before);
}

void reserve_blas(int threads) {
  static std::mutex mutex;
  static int reserved = 0;
  const std::lock_guard lock(mutex);
  threads = std::min(threads, most_reserved);
  if (threads <= reserved) return;
  const OpenBlas& blas = openblas();
  require_room_for_work(threads);
  std::vector<void*> taken(static_cast<std::size_t>(threads));
  for (void*& memory : taken) memory = blas.take_memory(0);
  for (void* memory : taken) blas.give_memory(memory);
  reserved = threads;
}

const char* blas_core() { return openblas().get_corename(); }

bool blas_below_cpu() {
  struct Core {
    std::string_view name;
    Isa isa;
  };
  constexpr Core cores[] = {
      {"Prescott", Isa::baseline},
      {"Core2", Isa::baseline},
      {"Penryn", Isa::baseline},
      {"Dunnington", Isa::baseline},
      {"Nehalem", Isa::baseline},
      {"Atom", Isa::baseline},
      {"Sandybridge", Isa::baseline},
      {"Opteron", Isa::baseline},
      {"Barcelona", Isa::baseline},
      {"Bulldozer", Isa::baseline},
      {"Piledriver", Isa::baseline},
      {"Haswell", Isa::avx2},
      {"Zen", Isa::avx2},
      {"Excavator", Isa::avx2},
      {"SkylakeX", Isa::avx512},
      {"Cooperlake", Isa::avx512},
      {"SapphireRapids", Isa::avx512},
  };
  const auto* core = std::ranges::find(cores, std::string_view(blas_core()), &Core::name);
  return core != std::end(cores) && core->isa < best_isa();
}

}  // namespace convoy::kernels
