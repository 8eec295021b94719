#include "options.h"

// cxxopts splits lists at this; here a value keeps its commas: kernel=[3,5].
#define CXXOPTS_VECTOR_DELIMITER '\0'
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cxxopts.hpp>
#include <filesystem>
#include <iostream>

#include "convoy/error.h"
#include "convoy/machine.h"
#include "convoy/model_data.h"
#include "convoy/run.h"
#include "hints.h"
#include "terminal.h"

namespace convoy::app {
namespace {

/// `wanted`, but at most the number of cores; prints a note, beginning with `asked`, where that is less.
int within_cores(const std::string& asked, int wanted) {
  if (wanted <= cores()) return wanted;
  print_note(asked + std::to_string(wanted) + ", but there " +
             (cores() == 1 ? "is 1 core" : "are " + std::to_string(cores()) + " cores") + ": convoy uses " +
             std::to_string(cores()));
  return cores();
}

/// A parser for the declared options.
cxxopts::Options parser_of(const std::vector<Option>& declared) {
  cxxopts::Options parser("convoy");
  for (const Option& option : declared) {
    const std::string name = (option.letter.empty() ? "" : option.letter + ",") + option.name;
    if (option.argument.empty()) {
      parser.add_options()(name, option.help);
    } else if (option.repeated) {
      parser.add_options()(name, option.help, cxxopts::value<Arguments>(), option.argument);
    } else {
      parser.add_options()(name, option.help, cxxopts::value<std::string>(), option.argument);
    }
  }
  parser.add_options()("positional", "", cxxopts::value<Arguments>());
  parser.parse_positional("positional");
  return parser;
}

}  // namespace

Options::Options(const Verb& verb) : verb_(verb), operands_(verb.operands) {
  if (verb.declare != nullptr) verb.declare(*this);
  add_flag("h,help", "Show this help.");
}

Option& Options::add(const std::string& name, const std::string& argument, const std::string& help) {
  const auto comma = name.find(',');
  const bool short_too = comma != std::string::npos;
  declared_.push_back({.letter = short_too ? name.substr(0, comma) : "",
                       .name = short_too ? name.substr(comma + 1) : name,
                       .argument = argument,
                       .help = help});
  return declared_.back();
}

void Options::add_flag(const std::string& name, const std::string& help) { add(name, "", help); }

void Options::add_text(const std::string& name, const std::string& argument, const std::string& help) {
  add(name, argument, help);
}

void Options::add_choice(const std::string& name, const Arguments& choices, const std::string& help) {
  std::string argument;
  for (const std::string& choice : choices) argument += (argument.empty() ? "" : "|") + choice;
  add(name, argument, help).choices = choices;
}

void Options::add_integer(const std::string& name, const std::string& argument, const std::string& help, int fallback,
                          int least, int most) {
  integers_[add(name, argument, help).name] = {fallback, least, most};
}

void Options::add_number(const std::string& name, const std::string& argument, const std::string& help,
                         double fallback) {
  numbers_[add(name, argument, help).name] = fallback;
}

void Options::add_threads() {
  add_integer("threads", "N", "Threads to use; 0, the default, takes all cores.", 0, 0, 1024);
}

void Options::add_overrides(const std::string& argument, const std::string& help) {
  add("s,set", argument, help + " May be repeated.").repeated = true;
}

void Options::parse(const Arguments& arguments) {
  read(arguments);
  if (has("help")) return;
  check_values();
  check_operands();
}

void Options::read(const Arguments& arguments) {
  std::vector<const char*> argv = {verb_.name};
  for (const auto& argument : arguments) argv.push_back(argument.c_str());
  try {
    const cxxopts::ParseResult result = parser_of(declared_).parse(static_cast<int>(argv.size()), argv.data());
    for (const auto& given : result.arguments()) values_[given.key()] = given.value();
    if (result.count("positional") > 0) positional_ = result["positional"].as<Arguments>();
    if (has("set")) overrides_ = result["set"].as<Arguments>();
  } catch (const cxxopts::exceptions::exception& error) {
    const std::string unknown = unknown_option(arguments);
    fail(unknown.empty() ? error.what() : unknown);
  }
}

void Options::check_values() {
  for (const Option& option : declared_) {
    if (!option.choices.empty()) check_choice(option);
  }
  for (const auto& [name, value] : values_) {
    if (integers_.contains(name)) read_integer(name, value);
    if (numbers_.contains(name)) read_number(name, value);
  }
}

void Options::check_operands() const {
  if (operands_.fit(positional_)) return;
  const std::size_t count = positional_.size();
  fail("expected " + operands_.text() + ", got " + (count == 0 ? "no" : std::to_string(count)) +
       (count == 1 ? " argument" : " arguments") + operands_hint());
}

std::string Options::text(const std::string& name, const std::string& otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? otherwise : found->second;
}

int Options::threads(const Config& config) const {
  const bool given = integer("threads") > 0;
  const int wanted = given || !config.run.has("threads") ? integer("threads") : config.run.integer("threads");
  return within_cores(given ? "--threads " : "the configuration's threads = ", wanted);
}

int Options::jobs(int configured) const {
  const bool given = has("jobs");
  return within_cores(given ? "--jobs " : "the configuration's jobs = ", given ? integer("jobs") : configured);
}

void Options::fail(const std::string& message) const {
  const std::string command = std::string("convoy ") + verb_.name;
  throw Error(ErrorKind::config, command + ": " + message + " (see " + command + " --help)");
}

Arguments Options::long_names() const {
  Arguments names;
  for (const Option& option : declared_) names.push_back("--" + option.name);
  return names;
}

std::string Options::unknown_option(const Arguments& arguments) const {
  const Arguments names = long_names();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto equals = arguments[i].find('=');
    const std::string name = arguments[i].substr(0, equals);
    if (!name.starts_with("--") || name == "--" || std::ranges::find(names, name) != names.end()) continue;
    std::string value = equals == std::string::npos ? "" : arguments[i].substr(equals + 1);
    if (value.empty() && i + 1 < arguments.size() && !arguments[i + 1].starts_with('-')) value = arguments[i + 1];
    if (value.ends_with(".toml")) value.clear();  // more likely the operand
    const std::string near = did_you_mean(name, names);
    const bool sets_keys = std::ranges::find(names, "--set") != names.end();
    return "unknown option " + name + (near.empty() && sets_keys ? key_hint(name, value) : near);
  }
  return "";
}

std::string Options::operands_hint() const {
  if (positional_.empty()) return "";
  Arguments words;
  for (const Arguments& alternative : operands_.alternatives()) {
    if (!alternative.empty() && Operands::literal(alternative.front())) words.push_back(alternative.front());
  }
  std::error_code ignored;
  for (const std::string& operand : positional_) {
    const bool setting = operand.find('=') != std::string::npos && !std::filesystem::exists(operand, ignored);
    if (setting && std::ranges::find(declared_, "set", &Option::name) != declared_.end()) {
      return "; a key is set by -s " + operand;
    }
  }
  return did_you_mean(positional_.front(), words);
}

void Options::check_choice(const Option& option) const {
  const auto given = values_.find(option.name);
  if (given == values_.end() || std::ranges::find(option.choices, given->second) != option.choices.end()) return;
  fail("--" + option.name + " expects " + listed(option.choices) + ", got \"" + given->second + "\"" +
       did_you_mean(given->second, option.choices));
}

void Options::read_integer(const std::string& name, const std::string& text) {
  Integer& integer = integers_.at(name);
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, integer.value);
  const bool fine = error == std::errc{} && stopped == end;
  if (fine && integer.value >= integer.least && integer.value <= integer.most) return;
  fail("--" + name + " expects a whole number from " + std::to_string(integer.least) + " to " +
       std::to_string(integer.most) + ", got \"" + text + "\"");
}

void Options::read_number(const std::string& name, const std::string& text) {
  double& number = numbers_.at(name);
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc{} && stopped == end && std::isfinite(number) && number > 0) return;
  fail("--" + name + " expects a number above 0, got \"" + text + "\"");
}

std::vector<Options> all_options() {
  std::vector<Options> all;
  for (const VerbSection& group : verb_sections()) {
    for (const Verb* verb : group.verbs) all.emplace_back(*verb);
  }
  return all;
}

Config config_of_run(const std::filesystem::path& run) {
  const auto file = run / "resolved.toml";
  std::error_code ignored;
  return std::filesystem::is_regular_file(file, ignored) ? load_config(file) : Config{};
}

DataSplits data_of_model(const std::filesystem::path& model, const std::string& folder) {
  DataSplits data = load_model_splits(model, folder);
  print_notes(data.notes);
  return data;
}

std::filesystem::path model_file(const std::filesystem::path& argument) {
  const auto extension = argument.extension();
  std::error_code ignored;
  if (extension == ".safetensors" || extension == ".ckpt" || !std::filesystem::is_regular_file(argument, ignored)) {
    return find_model(argument);
  }
  throw Error(ErrorKind::data, argument.string() + ": expected a model, which is a .safetensors file or a run folder" +
                                   (extension == ".toml" ? "; convoy train makes one from a configuration" : ""));
}

bool is_model_operand(const Options& options) {
  const std::filesystem::path path = options.positional()[0];
  if (path.extension() == ".toml") return false;
  if (options.overrides().empty()) return true;
  throw Error(ErrorKind::config,
              "-s overrides a key of a configuration; " + path.string() + " is none, and has its own");
}

}  // namespace convoy::app
