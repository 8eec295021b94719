#include "core/thread_pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <stdexcept>
#include <thread>
#include <vector>

#include "convoy/machine.h"

using namespace convoy;

TEST_CASE("every task runs exactly once, for any number of workers") {
  for (const int threads : {1, 2, 3, 5}) {
    ThreadPool pool(threads);
    CHECK(pool.threads() == threads);
    for (const int tasks : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> count(static_cast<std::size_t>(tasks));
      pool.run(tasks, [&](int task, int worker) {
        if (worker < 0 || worker >= threads) throw std::logic_error("worker out of range");
        ++count[static_cast<std::size_t>(task)];
      });
      for (const auto& c : count) CHECK(c == 1);
    }
  }
}

TEST_CASE("without a number there is a thread for each core") {
  const ThreadPool pool;
  CHECK(pool.threads() == cores());
}

TEST_CASE("run waits for the tasks that other workers have begun") {
  ThreadPool pool(2);
  for (int i = 0; i < 2; ++i) {
    std::atomic<int> begun = 0;
    std::atomic<int> done = 0;
    std::atomic<int> numbers = 0;
    pool.run(2, [&](int, int worker) {
      ++begun;
      numbers += 1 << worker;
      while (begun < 2) std::this_thread::yield();  // so each has one
      if (worker != 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
      ++done;
    });
    CHECK(done == 2);
    CHECK(numbers == 3);  // workers 0 and 1
  }
}

TEST_CASE("a single task wakes nobody: the caller does it") {
  ThreadPool pool(3);
  const auto caller = std::this_thread::get_id();
  for (int i = 0; i < 1000; ++i) {
    pool.run(1, [&](int, int worker) {
      if (worker != 0 || std::this_thread::get_id() != caller) throw std::logic_error("another thread");
    });
  }
}

TEST_CASE("an exception reaches the caller and the pool goes on working") {
  ThreadPool pool(3);
  CHECK_THROWS_WITH(pool.run(50,
                             [](int task, int) {
                               if (task == 17) throw std::runtime_error("seventeen");
                             }),
                    "seventeen");
  std::atomic<int> sum = 0;
  pool.run(10, [&](int task, int) { sum += task; });
  CHECK(sum == 45);
}

TEST_CASE("sleeping workers wake up") {
  ThreadPool pool(4);
  for (int i = 0; i < 5; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    std::atomic<int> done = 0;
    pool.run(100, [&](int, int) { ++done; });
    CHECK(done == 100);
  }
}

TEST_CASE("denormals are flushed inside and the caller's mode is restored") {
  ThreadPool pool(2);
  volatile float tiny = std::numeric_limits<float>::min();
  std::atomic<int> flushed = 0;
  pool.run(64, [&](int, int) {
    volatile float half = tiny;
    half = half * 0.5F;
    if (half == 0.0F) ++flushed;
  });
  CHECK(flushed == 64);
  volatile float half = tiny;
  half = half * 0.5F;
  CHECK(half > 0.0F);
}
