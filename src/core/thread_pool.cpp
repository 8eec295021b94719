#include "core/thread_pool.h"

#include <chrono>

#include "convoy/machine.h"
#include "core/cpu.h"
#include "core/start_threads.h"

namespace convoy {
namespace {

// The time that a thread spins before it sleeps: long enough to bridge the gap between two loops of a step (measured:
// 20 us cost 5 % of the flagship's training), short enough not to starve another program (beside one with as many
// threads, training takes 1.8 to 1.9 times as long).
constexpr auto spin_time = std::chrono::microseconds(100);

/// Spins while `waiting()` holds, for at most spin_time. Returns whether it still holds.
template <class Predicate>
bool spin_while(Predicate waiting) {
  const auto give_up = std::chrono::steady_clock::now() + spin_time;
  while (std::chrono::steady_clock::now() < give_up) {
    for (int i = 0; i < 32; ++i) {
      if (!waiting()) return false;
      cpu_relax();
    }
  }
  return waiting();
}

/// Flushes denormals in the calling thread until its destructor restores the mode, for programs that embed convoy.
class DenormalGuard {
 public:
  DenormalGuard() : saved_(flush_denormals()) {}
  ~DenormalGuard() { restore_denormals(saved_); }
  DenormalGuard(const DenormalGuard&) = delete;
  DenormalGuard& operator=(const DenormalGuard&) = delete;

 private:
  std::uint64_t saved_;
};

}  // namespace

ThreadPool::ThreadPool(int threads) {
  const int count = threads > 0 ? threads : cores();
  start_threads(workers_, count - 1, [this](int number) { work_until_stopped(number + 1); });
}

ThreadPool::~ThreadPool() {
  stop_ = true;
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  for (auto& worker : workers_) worker.join();
}

void ThreadPool::run(int tasks, Body body) {
  const DenormalGuard guard;
  if (workers_.empty() || tasks == 1) {
    for (int task = 0; task < tasks; ++task) body(task, 0);
    return;
  }
  body_ = &body;
  tasks_ = tasks;
  next_.store(0, std::memory_order_relaxed);
  busy_.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();

  take_tasks(body, 0);

  const auto still_busy = [this] { return busy_.load(std::memory_order_acquire) != 0; };
  if (spin_while(still_busy)) {
    for (int left = busy_.load(); left != 0; left = busy_.load()) busy_.wait(left);
  }
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void ThreadPool::work_until_stopped(int worker) {
  flush_denormals();
  std::uint32_t seen = 0;
  while (true) {
    const auto nothing_new = [&] { return generation_.load(std::memory_order_acquire) == seen; };
    if (spin_while(nothing_new)) generation_.wait(seen, std::memory_order_acquire);
    seen = generation_.load(std::memory_order_acquire);
    if (stop_) return;
    take_tasks(*body_, worker);
    if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_one();
  }
}

void ThreadPool::take_tasks(const Body& body, int worker) {
  const int tasks = tasks_;
  for (int task = next_.fetch_add(1, std::memory_order_relaxed); task < tasks;
       task = next_.fetch_add(1, std::memory_order_relaxed)) {
    take_task(body, task, worker);
  }
}

void ThreadPool::take_task(const Body& body, int task, int worker) {
  try {
    body(task, worker);
  } catch (...) {
    const std::lock_guard lock(error_mutex_);
    if (!error_) error_ = std::current_exception();
  }
}

}  // namespace convoy
