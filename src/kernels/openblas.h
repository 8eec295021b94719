#pragma once

#include <cblas.h>

namespace convoy::kernels {

/// What convoy calls of OpenBLAS. It is loaded when it is first asked for, not with the program: where the system
/// refuses it memory, OpenBLAS asks again for ever (its issue 5289), in part while it is loaded. So nothing of it may
/// run before there is room.
struct OpenBlas {
  decltype(&cblas_sgemm) sgemm;
  decltype(&openblas_get_parallel) get_parallel;
  decltype(&openblas_get_num_threads) get_num_threads;
  decltype(&openblas_set_num_threads) set_num_threads;
  decltype(&openblas_get_corename) get_corename;
  void* (*take_memory)(int);   ///< a thread's work memory, which sgemm takes in the same way
  void (*give_memory)(void*);  ///< keeps it for the next who takes some
};

/// Throws std::bad_alloc where there is no room for it, Error{failed} where it cannot be loaded.
const OpenBlas& openblas();

/// Asks the system for as much as so many threads' work memory, and gives it back. Throws std::bad_alloc if it is
/// refused.
void require_room_for_work(int threads);

}  // namespace convoy::kernels
