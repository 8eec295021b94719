#include "support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace convoy::test {
namespace {

/// Reads what is there; returns false at the end.
bool read_some(int descriptor, std::string& text) {
  std::array<char, 4096> block{};
  const ssize_t got = read(descriptor, block.data(), block.size());
  if (got > 0) text.append(block.data(), static_cast<std::size_t>(got));
  return got > 0;
}

[[noreturn]] void become(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  _exit(127);
}

[[noreturn]] void become(const std::string& program, const std::vector<std::string>& arguments, int out, int err) {
  const int null = open("/dev/null", O_RDONLY);
  dup2(null, 0);
  dup2(out, 1);
  dup2(err, 2);
  become(program, arguments);
}

int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

int exit_code_of(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return code_of(status);
}

}  // namespace

Finished run(const std::string& program, const std::vector<std::string>& arguments,
             const std::string& interrupt_when_prints) {
  int out[2];
  int err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) throw std::runtime_error("no pipes");
  const pid_t child = fork();
  if (child == 0) become(program, arguments, out[1], err[1]);
  close(out[1]);
  close(err[1]);

  Finished finished;
  std::array<pollfd, 2> streams = {pollfd{out[0], POLLIN, 0}, pollfd{err[0], POLLIN, 0}};
  bool interrupted = interrupt_when_prints.empty();
  while (streams[0].fd >= 0 || streams[1].fd >= 0) {
    poll(streams.data(), streams.size(), -1);
    for (std::size_t i = 0; i < 2; ++i) {
      if (streams[i].fd < 0 || streams[i].revents == 0) continue;
      if (!read_some(streams[i].fd, i == 0 ? finished.out : finished.err)) streams[i].fd = -1;
    }
    if (!interrupted && finished.err.find(interrupt_when_prints) != std::string::npos) {
      kill(child, SIGINT);
      interrupted = true;
    }
  }
  close(out[0]);
  close(err[0]);
  finished.code = exit_code_of(child);
  return finished;
}

Finished run_on_terminal(const std::string& program, const std::vector<std::string>& arguments, unsigned short columns,
                         const std::vector<std::string>& environment) {
  const winsize size{.ws_row = 25, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  int terminal = -1;
  const pid_t child = forkpty(&terminal, nullptr, nullptr, &size);
  if (child < 0) throw std::runtime_error("no terminal");
  if (child == 0) {
    unsetenv("NO_COLOR");
    setenv("TERM", "xterm", 1);
    for (const auto& entry : environment) putenv(const_cast<char*>(entry.c_str()));
    become(program, arguments);
  }
  Finished finished;
  while (read_some(terminal, finished.out)) {
  }
  close(terminal);
  finished.code = exit_code_of(child);
  return finished;
}

Child::Child(const std::string& program, const std::vector<std::string>& arguments) : process_(fork()) {
  if (process_ < 0) throw std::runtime_error("no process");
  if (process_ > 0) return;
  const int null = open("/dev/null", O_RDWR);
  become(program, arguments, null, null);
}

Child::~Child() {
  signal(SIGKILL);
  wait();
}

void Child::signal(int number) const {
  if (code_ < 0) kill(process_, number);
}

bool Child::running() {
  int status = 0;
  if (code_ >= 0 || waitpid(process_, &status, WNOHANG) == 0) return code_ < 0;
  code_ = code_of(status);
  return false;
}

int Child::wait() {
  if (code_ < 0) code_ = exit_code_of(process_);
  return code_;
}

int run_and_kill(const std::string& program, const std::vector<std::string>& arguments,
                 std::chrono::milliseconds life) {
  Child child(program, arguments);
  std::this_thread::sleep_for(life);
  child.signal(SIGKILL);
  return child.wait();
}

}  // namespace convoy::test
