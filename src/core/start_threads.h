#pragma once

#include <system_error>
#include <thread>
#include <vector>

namespace convoy {

/// Adds threads to `threads` until there are `count`, or fewer where the system gives no more, since results do not
/// depend on their number. Each runs body(number), with its index in `threads`.
template <class Body>
void start_threads(std::vector<std::thread>& threads, int count, Body body) {
  threads.reserve(static_cast<std::size_t>(count));
  try {
    for (auto number = static_cast<int>(threads.size()); number < count; ++number) {
      threads.emplace_back([body, number] { body(number); });
    }
  } catch (const std::system_error&) {
    // out of memory, or of the threads that this user may have
  }
}

}  // namespace convoy
