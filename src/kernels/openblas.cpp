#include "kernels/openblas.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <vector>

#include "convoy/machine.h"
#include "core/dynamic_library.h"

namespace convoy::kernels {
namespace {

/// The work memory of a thread: address space, of which little is ever touched (OpenBLAS 0.3.21 and 0.3.29, x86-64).
constexpr std::size_t work_bytes = std::size_t{128} << 20;

/// The number of threads that OpenBLAS starts while it is loaded, each with work memory; reads OPENBLAS_NUM_THREADS.
int threads_started_by_blas() {
  const char* wanted = std::getenv("OPENBLAS_NUM_THREADS");
  const int threads = wanted == nullptr ? 0 : std::atoi(wanted);
  return threads > 0 ? std::min(threads, cores()) : cores();
}

/// Loads OpenBLAS. Throws std::bad_alloc where there is no room for it, Error{failed} where it cannot be loaded.
OpenBlas load_openblas() {
  require_room_for_work(1 + threads_started_by_blas());  // its code and tables take less than one block
  const DynamicLibrary library("OpenBLAS", {"libopenblas.so.0"}, "libopenblas0");
  OpenBlas blas{};
  library.find(blas.sgemm, "cblas_sgemm");
  library.find(blas.get_parallel, "openblas_get_parallel");
  library.find(blas.get_num_threads, "openblas_get_num_threads");
  library.find(blas.set_num_threads, "openblas_set_num_threads");
  library.find(blas.get_corename, "openblas_get_corename");
  library.find(blas.take_memory, "blas_memory_alloc");
  library.find(blas.give_memory, "blas_memory_free");
  return blas;
}

}  // namespace

const OpenBlas& openblas() {
  static const OpenBlas blas = load_openblas();
  return blas;
}

// Maps block by block, since Linux refuses a single block that is larger than the machine's memory.
void require_room_for_work(int threads) {
  std::vector<void*> mapped;
  mapped.reserve(static_cast<std::size_t>(threads));
  while (static_cast<int>(mapped.size()) < threads) {
    void* block = mmap(nullptr, work_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) break;
    mapped.push_back(block);
  }
  for (void* block : mapped) munmap(block, work_bytes);
  if (static_cast<int>(mapped.size()) < threads) throw std::bad_alloc();
}

}  // namespace convoy::kernels
