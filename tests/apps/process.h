#pragma once

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

}  // namespace convoy::test
