#pragma once

#include <cxxopts.hpp>
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
int check(const Arguments& arguments);

const std::vector<Verb>& verbs();

/// Options of one verb: cxxopts with --help, unknown options as errors with the nearest name, and positional arguments.
class Options {
 public:
  explicit Options(const char* verb);

  cxxopts::OptionAdder add() { return options_.add_options(); }
  /// Adds -s, --set.
  void add_overrides();
  /// Parses. `least` and `most` bound the positional arguments; `what` names them in messages. Throws Error{config}.
  /// Returns false after printing the help.
  bool parse(const Arguments& arguments, std::size_t least, std::size_t most, const std::string& what);

  const cxxopts::ParseResult& operator*() const { return *result_; }
  const cxxopts::ParseResult* operator->() const { return &*result_; }
  const std::vector<std::string>& positional() const { return positional_; }
  std::vector<std::string> overrides() const;

 private:
  cxxopts::Options options_;
  const char* verb_;
  std::optional<cxxopts::ParseResult> result_;
  std::vector<std::string> positional_;
};

}  // namespace convoy::app
