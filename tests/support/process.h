#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace convoy::test {

struct Finished {
  int code = -1;  ///< exit code
  std::string out;
  std::string err;
};

/// Runs a program to its end, without standard input, and collects what it prints. With `interrupt_when_prints` it is
/// sent SIGINT as soon as its standard error contains that text.
Finished run(const std::string& program, const std::vector<std::string>& arguments,
             const std::string& interrupt_when_prints = "");

/// The same on a terminal of so many columns, which shows standard output and standard error together. `environment`
/// has entries like "NO_COLOR=1".
Finished run_on_terminal(const std::string& program, const std::vector<std::string>& arguments, unsigned short columns,
                         const std::vector<std::string>& environment = {});

/// A program that works on its own, silently, until it ends or the object does.
class Child {
 public:
  Child(const std::string& program, const std::vector<std::string>& arguments);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void signal(int number) const;
  bool running();
  /// Its exit code, or 128 and the signal that ended it.
  int wait();

 private:
  pid_t process_;
  int code_ = -1;
};

/// Sends SIGKILL after some time; returns the exit code, or 128 and the signal.
int run_and_kill(const std::string& program, const std::vector<std::string>& arguments, std::chrono::milliseconds life);

}  // namespace convoy::test
