#pragma once

#include <string>
#include <vector>

namespace convoy::app {

/// Exit codes of the command line.
enum Exit { ok = 0, failed = 1, usage = 2, bad_data = 3, diverged = 4, interrupted = 130 };

/// The arguments after the verb's name.
using Arguments = std::vector<std::string>;

/// One verb of the command line. `run` returns the exit code and may throw convoy::Error.
struct Verb {
  const char* name;
  const char* arguments;  ///< "CONFIG [-s key=value]..."
  const char* help;       ///< one line
  int (*run)(const Arguments& arguments);
};

int train(const Arguments& arguments);
int resume(const Arguments& arguments);
int eval(const Arguments& arguments);
int predict(const Arguments& arguments);
int summary(const Arguments& arguments);
int inspect(const Arguments& arguments);
int config(const Arguments& arguments);
int data(const Arguments& arguments);
int check(const Arguments& arguments);
int report(const Arguments& arguments);
int compare(const Arguments& arguments);
int sweep(const Arguments& arguments);
int reproduce(const Arguments& arguments);
int bench(const Arguments& arguments);
int lr_find(const Arguments& arguments);
int recalibrate(const Arguments& arguments);

const std::vector<Verb>& verbs();

}  // namespace convoy::app
