#include "formats/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "convoy/error.h"

namespace convoy::formats {
namespace {

/// A limit, or the one that there is where that is less.
void lower_limit(__rlimit_resource_t resource, rlim_t most) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0) return;
  limit.rlim_cur = std::min(limit.rlim_max, most);
  setrlimit(resource, &limit);
}

/// Memory is counted from what the process has already: the programs of a sanitizer have terabytes of addresses.
void keep_to(const ChildLimits& limits) {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  if (pages > 0) lower_limit(RLIMIT_AS, pages * page + limits.more_bytes);
  lower_limit(RLIMIT_CPU, limits.seconds);
  lower_limit(RLIMIT_CORE, 0);
  if (const int nowhere = open("/dev/null", O_WRONLY); nowhere >= 0) dup2(nowhere, STDERR_FILENO);  // last words
  for (const int fault : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGXCPU, SIGPIPE}) std::signal(fault, SIG_DFL);
}

void write_all(int pipe, const void* bytes, std::size_t count) {
  const auto* from = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t written = write(pipe, from, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) _exit(EXIT_FAILURE);
    from += written;
    count -= static_cast<std::size_t>(written);
  }
}

[[noreturn]] void run_child(int pipe, const ChildLimits& limits,
                            const std::function<void(const ChildOutput&)>& work) noexcept {
  try {
    keep_to(limits);
    work([pipe](const void* bytes, std::size_t count) { write_all(pipe, bytes, count); });
  } catch (...) {
    _exit(EXIT_FAILURE);
  }
  _exit(EXIT_SUCCESS);
}

}  // namespace

ChildProcess::ChildProcess(const ChildLimits& limits, const std::function<void(const ChildOutput&)>& work)
    : silent_seconds_(limits.silent_seconds) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw Error(ErrorKind::failed, "no pipe to a child process");
  child_ = fork();
  if (child_ == 0) {
    close(ends[0]);
    run_child(ends[1], limits, work);
  }
  close(ends[1]);
  pipe_ = ends[0];
  if (child_ > 0) return;
  close(pipe_);
  throw Error(ErrorKind::failed, "no child process can be made");
}

/// The child ends by itself, or when it writes to a pipe that nobody reads, or at the limit of its time.
ChildProcess::~ChildProcess() {
  close(pipe_);
  while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool ChildProcess::wait() const {
  pollfd polled{.fd = pipe_, .events = POLLIN, .revents = 0};
  int ready = 0;
  do ready = poll(&polled, 1, 1000 * silent_seconds_);
  while (ready < 0 && errno == EINTR);
  return ready > 0;
}

bool ChildProcess::read(void* bytes, std::size_t count) {
  auto* to = static_cast<char*>(bytes);
  while (count > 0) {
    if (!wait()) {
      kill(child_, SIGKILL);
      return false;
    }
    const ssize_t got = ::read(pipe_, to, count);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    count -= static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace convoy::formats
