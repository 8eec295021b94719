#pragma once

#include <cstddef>
#include <functional>

namespace convoy::formats {

/// What a child process may use.
struct ChildLimits {
  std::size_t more_bytes = 0;  ///< of memory than this process has
  unsigned seconds = 0;        ///< of computing
  int silent_seconds = 60;  ///< without a byte from it, which may wait for a lock that another thread had at the fork
};

/// Writes bytes to the parent; ends the child where that is gone.
using ChildOutput = std::function<void(const void* bytes, std::size_t count)>;

/// A copy of this process that does one thing and sends bytes: for code that damaged input makes fall or hang. It has
/// one thread and must neither wait for others nor return.
class ChildProcess {
 public:
  /// Throws Error{failed} where no process can be made.
  ChildProcess(const ChildLimits& limits, const std::function<void(const ChildOutput&)>& work);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Waits for `count` bytes. False where the child ended before, or was silent for too long and so was ended.
  bool read(void* bytes, std::size_t count);

 private:
  /// Whether there is something to read, or the end, before the child has been silent for too long.
  bool wait() const;

  int silent_seconds_;
  int child_ = -1;
  int pipe_ = -1;
};

}  // namespace convoy::formats
