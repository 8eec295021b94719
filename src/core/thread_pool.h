#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/function_ref.h"

namespace convoy {

/// A fixed set of workers for short parallel loops. The calling thread is worker 0. Idle workers spin for some
/// microseconds and then sleep, so a program beside this one gets the cores. Every worker flushes denormals to zero.
class ThreadPool {
 public:
  using Body = FunctionRef<void(int task, int worker)>;

  /// `threads` workers in all, the caller included; 0: one a core. Fewer where the system gives no more.
  explicit ThreadPool(int threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  /// Calls body(task, worker) once for each task in [0, tasks), in any order on any worker, and returns when all are
  /// done. Results must not depend on the worker: that is what keeps them equal for every thread count. Does not
  /// allocate. The first exception is rethrown here.
  void run(int tasks, Body body);

 private:
  void work(int worker);
  void take_tasks(const Body& body, int worker);
  void take_task(const Body& body, int task, int worker);

  std::vector<std::thread> workers_;
  std::mutex error_mutex_;
  std::exception_ptr error_;
  const Body* body_ = nullptr;
  int tasks_ = 0;
  std::atomic<bool> stop_{false};
  std::atomic<std::uint32_t> generation_{0};
  alignas(64) std::atomic<int> next_{0};
  alignas(64) std::atomic<int> busy_{0};
};

}  // namespace convoy
