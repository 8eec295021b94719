#pragma once

#include <cblas.h>

namespace convoy::kernels {

/// The functions of OpenBLAS that convoy calls. The library is loaded when it is first needed, not with the program:
/// where the system refuses it memory, OpenBLAS asks again for ever (its issue 5289), in part while it is loaded. So
/// nothing of it may run before there is room.
struct OpenBlas {
  decltype(&cblas_sgemm) sgemm;
  decltype(&openblas_get_parallel) get_parallel;
  decltype(&openblas_get_num_threads) get_num_threads;
  decltype(&openblas_set_num_threads) set_num_threads;
  decltype(&openblas_get_corename) get_corename;
  void* (*take_memory)(int);   ///< a thread's work memory, which sgemm takes in the same way
  void (*give_memory)(void*);  ///< keeps it for the next take_memory
};

/// OpenBLAS's functions; the first call loads it. Throws std::bad_alloc where there is no room for it, Error{failed}
/// where it cannot be loaded.
const OpenBlas& openblas();

/// Throws std::bad_alloc if the system refuses as much memory as so many threads work in; maps it and unmaps it again.
void require_room_for_work(int threads);

}  // namespace convoy::kernels
