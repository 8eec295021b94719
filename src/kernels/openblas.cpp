#include "kernels/openblas.h"

#include <dlfcn.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <new>
#include <string>
#include <vector>

#include "convoy/error.h"
#include "convoy/machine.h"

namespace convoy::kernels {
namespace {

/// The work memory of a thread: address space, of which little is ever touched (OpenBLAS 0.3.21 and 0.3.29, x86-64).
constexpr std::size_t work_bytes = std::size_t{128} << 20;
/// The threads that OpenBLAS starts while it is loaded, each with work memory.
int threads_of_its_own() {
  const char* wanted = std::getenv("OPENBLAS_NUM_THREADS");
  const int threads = wanted == nullptr ? 0 : std::atoi(wanted);
  return threads > 0 ? std::min(threads, cores()) : cores();
}

template <class Function>
void find(Function& function, void* library, const char* name) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr)
    throw Error(ErrorKind::failed, std::string("this OpenBLAS has no ") + name + "; install libopenblas0 of Debian");
}

OpenBlas load() {
  require_room_for_work(1 + threads_of_its_own());  // its code and tables take less than one block
  void* library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = dlerror();
    throw Error(ErrorKind::failed, std::string("OpenBLAS cannot be loaded: ") + (why == nullptr ? "" : why) +
                                       "; it is in Debian's package libopenblas0");
  }
  OpenBlas blas{};
  find(blas.sgemm, library, "cblas_sgemm");
  find(blas.get_parallel, library, "openblas_get_parallel");
  find(blas.get_num_threads, library, "openblas_get_num_threads");
  find(blas.set_num_threads, library, "openblas_set_num_threads");
  find(blas.get_corename, library, "openblas_get_corename");
  find(blas.take_memory, library, "blas_memory_alloc");
  find(blas.give_memory, library, "blas_memory_free");
  return blas;
}

}  // namespace

const OpenBlas& openblas() {
  static const OpenBlas blas = load();
  return blas;
}

// Block by block, since Linux refuses a single one that is larger than the machine's memory.
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
