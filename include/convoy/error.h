#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace convoy {

/// The kind of an error. The command line turns each kind into an exit code.
enum class ErrorKind {
  failed,    ///< anything else (exit code 1)
  config,    ///< the command line or a configuration (2)
  data,      ///< a data set, an image or a model file (3)
  diverged,  ///< training produced NaN or infinity (4)
};

/// The exception that convoy throws on bad input. Its message is one line that says where, what was expected, what came
/// instead and, if there is one, a hint. Control characters and invisible characters in it are made visible by shown(),
/// see foreign_text.h, since names may come from outside.
class Error : public std::runtime_error {
 public:
  /// An error with a message of one line.
  Error(ErrorKind kind, const std::string& message);
  /// An error with a message of several lines: the first, and details.
  Error(ErrorKind kind, const std::vector<std::string>& lines);
  ErrorKind kind() const noexcept { return kind_; }

  /// A copy of the error with texts before and behind its message.
  Error within(const std::string& before, const std::string& behind = "") const;
  /// A copy of the error with one more line.
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
