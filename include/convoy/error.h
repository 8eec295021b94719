#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace convoy {

/// What went wrong, as a program needs to know it. The command line turns each kind into an exit code.
enum class ErrorKind {
  failed,    ///< anything else (exit code 1)
  config,    ///< the command line or a configuration (2)
  data,      ///< a data set, an image or a model file (3)
  diverged,  ///< training produced NaN or infinity (4)
};

/// The one exception that convoy throws on bad input. Its message is one line that says where, what was expected,
/// what came instead and, where there is one, a hint. Names in it may come from outside: a line is what shown() makes
/// of it, see foreign_text.h.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message);
  /// Where details follow, each on a line of its own.
  Error(ErrorKind kind, const std::vector<std::string>& lines);
  ErrorKind kind() const noexcept { return kind_; }

  /// The same error with more before and behind its message.
  Error within(const std::string& before, const std::string& behind = "") const;
  /// The same error with one more line.
  Error followed_by(const std::string& line) const;

 private:
  struct AsIs {
    std::string text;
  };
  Error(ErrorKind kind, const AsIs& message) : std::runtime_error(message.text), kind_(kind) {}

  ErrorKind kind_;
};

/// A message's hint on a mistyped name: "; did you mean \"padding\"?", or "" where no candidate is near `word`.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace convoy
