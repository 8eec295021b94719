#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "convoy/config.h"
#include "convoy/dataset.h"
#include "operands.h"
#include "verb.h"

namespace convoy::app {

/// One option of a verb, as it was declared.
struct Option {
  std::string letter;    ///< "o" for -o, or ""
  std::string name;      ///< "out" for --out
  std::string argument;  ///< "FILE"; "" for a flag
  std::string help;
  Arguments choices = {};  ///< what the argument may be; none: anything
  bool repeated = false;
};

/// The options and operands of one verb. Every verb has --help; an unknown option is an error with the nearest name.
class Options {
 public:
  /// Has the verb declare its options. Names are "name" or, with a letter, "l,name".
  explicit Options(const Verb& verb);

  void add_flag(const std::string& name, const std::string& help);
  void add_text(const std::string& name, const std::string& argument, const std::string& help);
  /// One of these words.
  void add_choice(const std::string& name, const Arguments& choices, const std::string& help);
  /// A whole number from `least` to `most`.
  void add_integer(const std::string& name, const std::string& argument, const std::string& help, int fallback,
                   int least, int most);
  /// A finite number above 0.
  void add_number(const std::string& name, const std::string& argument, const std::string& help, double fallback);
  void add_threads();
  /// Adds -s, --set.
  void add_overrides(const std::string& argument = "KEY=VALUE",
                     const std::string& help = "Override a key: train.epochs=3, layer.conv2.filters=64.");

  /// Reads what was given. Without --help it must be complete. Throws Error{config}.
  void parse(const Arguments& arguments);

  bool has(const std::string& name) const { return values_.contains(name); }
  std::string text(const std::string& name, const std::string& otherwise = "") const;
  int integer(const std::string& name) const { return integers_.at(name).value; }
  double number(const std::string& name) const { return numbers_.at(name); }
  /// --threads, or without it what the configuration says: no more than there are cores, with a note on standard error
  /// where that is less than was asked for. 0: all cores.
  int threads(const Config& config) const;
  /// The same of --jobs.
  int jobs(int configured) const;
  const Arguments& positional() const { return positional_; }
  const Arguments& overrides() const { return overrides_; }

  const Verb& verb() const { return verb_; }
  const Operands& operands() const { return operands_; }
  const std::vector<Option>& declared() const { return declared_; }
  Arguments long_names() const;  ///< "--threads" ...

 private:
  struct Integer {
    int value;
    int least;
    int most;
  };

  [[noreturn]] void fail(const std::string& message) const;
  Option& add(const std::string& name, const std::string& argument, const std::string& help);
  void read(const Arguments& arguments);
  void check_values();
  void check_operands() const;
  /// What to say of the first long option that the verb does not have, or "".
  std::string unknown_option(const Arguments& arguments) const;
  std::string operands_hint() const;
  void check_choice(const Option& option) const;
  void read_integer(const std::string& name, const std::string& text);
  void read_number(const std::string& name, const std::string& text);

  const Verb& verb_;
  Operands operands_;
  std::vector<Option> declared_;
  std::map<std::string, Integer> integers_;
  std::map<std::string, double> numbers_;
  std::map<std::string, std::string> values_;  ///< as given
  Arguments positional_;
  Arguments overrides_;
};

/// The options of every verb, in the order of --help.
std::vector<Options> all_options();

/// The model file that a MODEL argument means: a .safetensors file, a checkpoint or a run folder's best model. Throws
/// Error{data}.
std::filesystem::path model_file(const std::filesystem::path& argument);

/// The configuration of a run; an empty one if the folder holds none.
Config config_of_run(const std::filesystem::path& run);

/// The data that a model's configuration names, or the same from another folder. Throws Error{data}.
DataSplits data_of_model(const std::filesystem::path& model, const std::string& folder);

}  // namespace convoy::app
