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
  Arguments choices = {};  ///< the allowed arguments; empty: any
  bool repeated = false;   ///< it may be given several times
};

/// The options and operands of one verb. Every verb has --help; an unknown option is an error with the nearest name.
class Options {
 public:
  /// Calls the verb's function that declares its options, and adds --help. In the functions below `name` is "name" or,
  /// with a letter, "l,name".
  explicit Options(const Verb& verb);

  void add_flag(const std::string& name, const std::string& help);
  void add_text(const std::string& name, const std::string& argument, const std::string& help);
  /// Adds an option whose argument is one of these words.
  void add_choice(const std::string& name, const Arguments& choices, const std::string& help);
  /// Adds an option whose argument is a whole number from `least` to `most`; `fallback` without it.
  void add_integer(const std::string& name, const std::string& argument, const std::string& help, int fallback,
                   int least, int most);
  /// Adds an option whose argument is a finite number above 0; `fallback` without it.
  void add_number(const std::string& name, const std::string& argument, const std::string& help, double fallback);
  /// Adds --threads.
  void add_threads();
  /// Adds -s, --set.
  void add_overrides(const std::string& argument = "KEY=VALUE",
                     const std::string& help = "Override a key: train.epochs=3, layer.conv2.filters=64.");

  /// Reads the arguments of the command line. Throws Error{config} for unknown options and bad values and, without
  /// --help, for missing or wrong operands.
  void parse(const Arguments& arguments);

  bool has(const std::string& name) const { return values_.contains(name); }
  /// The argument of an option; `otherwise` where it is not given.
  std::string text(const std::string& name, const std::string& otherwise = "") const;
  int integer(const std::string& name) const { return integers_.at(name).value; }
  double number(const std::string& name) const { return numbers_.at(name); }
  /// The number of threads: --threads, without it the configuration's; at most one for each core, with a note on
  /// standard error where that is less than was asked for. 0: all cores.
  int threads(const Config& config) const;
  /// The number of jobs: --jobs, without it `configured`; limited in the same way.
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

  /// Throws Error{config} that names the verb and its --help.
  [[noreturn]] void fail(const std::string& message) const;
  /// Adds an option to declared_; an empty `argument` makes it a flag.
  Option& add(const std::string& name, const std::string& argument, const std::string& help);
  /// Sets values_, positional_ and overrides_. Throws Error{config}.
  void read(const Arguments& arguments);
  /// Checks choices, and reads numbers into integers_ and numbers_. Throws Error{config}.
  void check_values();
  /// Throws Error{config} where the operands do not fit the usage.
  void check_operands() const;
  /// A message on the first long option that the verb does not have, with a hint; "" where it has all.
  std::string unknown_option(const Arguments& arguments) const;
  /// The end of the message on wrong operands: a likely correction, or "".
  std::string operands_hint() const;
  /// Throws Error{config} for a value that is none of the choices.
  void check_choice(const Option& option) const;
  /// Sets an entry of integers_. Throws Error{config} for text that is no whole number within its bounds.
  void read_integer(const std::string& name, const std::string& text);
  /// Sets an entry of numbers_. Throws Error{config} for text that is no finite number above 0.
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

/// Whether the first operand is a model or a run, not a configuration. Throws Error{config} where -s is given with one:
/// it would override nothing.
bool is_model_operand(const Options& options);

/// Reads the resolved.toml of a run; an empty configuration if there is none.
Config config_of_run(const std::filesystem::path& run);

/// Reads all data of a model, from `folder` if it is not empty, and prints their notes. Throws Error{data}.
DataSplits data_of_model(const std::filesystem::path& model, const std::string& folder);

}  // namespace convoy::app
