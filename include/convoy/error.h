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
/// what came instead and, where there is one, a hint.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

/// A message's hint on a mistyped name: "; did you mean \"padding\"?", or "" where no candidate is near `word`.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace convoy
