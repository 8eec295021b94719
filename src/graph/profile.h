#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace convoy {

/// The seconds that a session spends by node and direction, summed over the workers. Without a profile a session tests
/// one pointer for each call of a stage, with one it reads the clock twice.
class Profile {
 public:
  enum Direction { forward, backward };

  Profile(std::size_t nodes, int workers) : nodes_(nodes), workers_(static_cast<std::size_t>(workers)) {
    for (auto& worker : workers_) worker.resize(2 * nodes);
  }

  using Clock = std::chrono::steady_clock;
  /// Adds time that a worker spent. Workers may call this at the same time.
  void add(int worker, int node, Direction direction, Clock::duration time) {
    workers_[static_cast<std::size_t>(worker)][index(node, direction)] += time;
  }

  /// Seconds of all workers for a node so far.
  double seconds(int node, Direction direction) const {
    std::chrono::duration<double> sum{};
    for (const auto& worker : workers_) sum += worker[index(node, direction)];
    return sum.count();
  }

 private:
  std::size_t index(int node, Direction direction) const {
    return static_cast<std::size_t>(node) + (direction == backward ? nodes_ : 0);
  }

  std::size_t nodes_;
  std::vector<std::vector<Clock::duration>> workers_;  ///< by worker: nodes forward, then nodes backward
};

}  // namespace convoy
