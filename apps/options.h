#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "convoy/dataset.h"
#include "verb.h"

namespace cxxopts {
class Options;
}

namespace convoy::app {

/// The options and positional arguments of one verb. Every verb has --help; an unknown option is an error with the
/// nearest name.
class Options {
 public:
  explicit Options(const std::string& verb);
  ~Options();

  void add_flag(const std::string& name, const std::string& help);
  void add_text(const std::string& name, const std::string& argument, const std::string& help);
  /// A whole number from `least` to `most`.
  void add_integer(const std::string& name, const std::string& argument, const std::string& help, int fallback,
                   int least, int most);
  /// A finite number above 0.
  void add_number(const std::string& name, const std::string& argument, const std::string& help, double fallback);
  void add_threads();
  /// Adds -s, --set.
  void add_overrides(const std::string& argument = "KEY=VALUE",
                     const std::string& help = "Override a key: train.epochs=3, layer.conv2.filters=64.");

  /// Parses. `least` and `most` bound the positional arguments; `what` names them in messages. Throws Error{config}.
  /// Returns false after printing the help.
  bool parse(const Arguments& arguments, std::size_t least, std::size_t most, const std::string& what);

  bool has(const std::string& name) const { return values_.contains(name); }
  std::string text(const std::string& name, const std::string& otherwise = "") const;
  int integer(const std::string& name) const { return integers_.at(name).value; }
  double number(const std::string& name) const { return numbers_.at(name); }
  int threads() const { return integer("threads"); }
  const Arguments& positional() const { return positional_; }
  const Arguments& overrides() const { return overrides_; }

 private:
  struct Integer {
    int value;
    int least;
    int most;
  };

  [[noreturn]] void fail(const std::string& message) const;
  /// The first long option that the verb does not have, or "".
  std::string unknown_option(const Arguments& arguments) const;
  void read_integer(const std::string& name, const std::string& text);
  void read_number(const std::string& name, const std::string& text);

  std::string verb_;
  std::unique_ptr<cxxopts::Options> options_;
  std::vector<std::string> names_;  ///< "--threads", for hints
  std::map<std::string, Integer> integers_;
  std::map<std::string, double> numbers_;
  std::map<std::string, std::string> values_;  ///< as given
  Arguments positional_;
  Arguments overrides_;
};

/// The model file that a MODEL argument means: a .safetensors file, a checkpoint or a run folder's best model. Throws
/// Error{data}.
std::filesystem::path model_file(const std::filesystem::path& argument);

/// The data that a model's configuration names, or the same from another folder. Throws Error{data}.
DataSplits data_of_model(const std::filesystem::path& model, const std::string& folder);

}  // namespace convoy::app
