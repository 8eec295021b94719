#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/function_ref.h"

namespace convoy {

/// A fixed set of threads ("workers") for short parallel loops. The calling thread is worker 0. Idle workers spin for a
/// tenth of a millisecond and then sleep, so that other programs get the cores. Every worker flushes denormals to zero.
class ThreadPool {
 public:
  using Body = FunctionRef<void(int task, int worker)>;

  /// Starts workers until there are `threads` with the caller, by default one a core; fewer where the system gives no
  /// more.
  explicit ThreadPool(int threads = 0);
  /// Ends and joins the workers; none may be running tasks.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  /// Calls body(task, worker) once for each task in [0, tasks), in any order on any worker, and returns when all are
  /// done. Results must not depend on the worker, so that they are equal for every number of threads. Does not
  /// allocate. Rethrows the first exception: of a task on several threads after all tasks were called, else at once.
  /// Not for several threads at a time.
  void run(int tasks, Body body);

 private:
  /// A worker's loop: waits for a new generation of tasks, takes tasks, reports that it is done; returns once stop_ is
  /// set.
  void work_until_stopped(int worker);
  /// Calls the body for tasks that nobody has taken yet, until there are none.
  void take_tasks(const Body& body, int worker);
  /// Calls the body for one task, and keeps its exception in error_ if it is the first.
  void take_task(const Body& body, int task, int worker);

  std::vector<std::thread> workers_;
  std::mutex error_mutex_;
  std::exception_ptr error_;
  const Body* body_ = nullptr;
  int tasks_ = 0;
  std::atomic<bool> stop_{false};
  std::atomic<std::uint32_t> generation_{0};  ///< counts calls of run(), for workers to notice them
  alignas(64) std::atomic<int> next_{0};      ///< the next task to be taken
  alignas(64) std::atomic<int> busy_{0};      ///< workers that are not done with this run()
};

}  // namespace convoy
