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
#include "convoy/experiment.h"

namespace convoy::app {

Options::Options(const std::string& verb) : verb_(verb) {
  const auto row = std::ranges::find(verbs(), verb, &Verb::name);
  options_ = std::make_unique<cxxopts::Options>("convoy " + verb, row->help);
  options_->custom_help(row->arguments);
  options_->positional_help("");
  add_flag("h,help", "Show this help.");
  options_->add_options()("positional", "", cxxopts::value<Arguments>());
  options_->parse_positional("positional");
}

Options::~Options() = default;

void Options::add_flag(const std::string& name, const std::string& help) {
  options_->add_options()(name, help);
  names_.push_back("--" + name.substr(name.find(',') + 1));
}

void Options::add_text(const std::string& name, const std::string& argument, const std::string& help) {
  options_->add_options()(name, help, cxxopts::value<std::string>(), argument);
  names_.push_back("--" + name.substr(name.find(',') + 1));
}

void Options::add_integer(const std::string& name, const std::string& argument, const std::string& help, int fallback,
                          int least, int most) {
  add_text(name, argument, help);
  integers_[name] = {fallback, least, most};
}

void Options::add_number(const std::string& name, const std::string& argument, const std::string& help,
                         double fallback) {
  add_text(name, argument, help);
  numbers_[name] = fallback;
}

void Options::add_threads() {
  add_integer("threads", "N", "Threads to use; 0, the default, takes all cores.", 0, 0, 1024);
}

void Options::add_overrides(const std::string& argument, const std::string& help) {
  options_->add_options()("s,set", help + " May be repeated.", cxxopts::value<Arguments>(), argument);
  names_.emplace_back("--set");
}

bool Options::parse(const Arguments& arguments, std::size_t least, std::size_t most, const std::string& what) {
  std::vector<const char*> argv = {verb_.c_str()};
  for (const auto& argument : arguments) argv.push_back(argument.c_str());
  try {
    const cxxopts::ParseResult result = options_->parse(static_cast<int>(argv.size()), argv.data());
    for (const auto& given : result.arguments()) values_[given.key()] = given.value();
    if (result.count("positional") > 0) positional_ = result["positional"].as<Arguments>();
    if (has("set")) overrides_ = result["set"].as<Arguments>();
  } catch (const cxxopts::exceptions::exception& error) {
    const std::string unknown = unknown_option(arguments);
    fail(unknown.empty() ? error.what() : "unknown option " + unknown + did_you_mean(unknown, names_));
  }
  if (has("help")) {
    std::cout << options_->help();
    return false;
  }
  for (const auto& [name, value] : values_) {
    if (integers_.contains(name)) read_integer(name, value);
    if (numbers_.contains(name)) read_number(name, value);
  }
  if (positional_.size() >= least && positional_.size() <= most) return true;
  fail("expected " + what + ", got " + std::to_string(positional_.size()) + " arguments");
}

std::string Options::text(const std::string& name, const std::string& otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? otherwise : found->second;
}

void Options::fail(const std::string& message) const {
  throw Error(ErrorKind::config, "convoy " + verb_ + ": " + message + " (see convoy " + verb_ + " --help)");
}

std::string Options::unknown_option(const Arguments& arguments) const {
  for (const std::string& argument : arguments) {
    std::string name = argument.substr(0, argument.find('='));
    if (name.starts_with("--") && std::ranges::find(names_, name) == names_.end()) return name;
  }
  return "";
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

DataSplits data_of_model(const std::filesystem::path& model, const std::string& folder) {
  Config config = config_of(model);
  if (!folder.empty()) {
    config.data.set("path", folder);
  } else if (const std::string path = config.data.text("path"); !std::filesystem::exists(path)) {
    throw Error(ErrorKind::data, model.string() + ": its data, " + path + ", is not here; name a folder with --data");
  }
  return load_data(config.data, static_cast<std::uint64_t>(config.run.integer("seed")));
}

std::filesystem::path model_file(const std::filesystem::path& argument) {
  const auto extension = argument.extension();
  if (extension == ".safetensors" || extension == ".ckpt" || !std::filesystem::is_regular_file(argument)) {
    return find_model(argument);
  }
  throw Error(ErrorKind::data, argument.string() + ": expected a model, which is a .safetensors file or a run folder" +
                                   (extension == ".toml" ? "; convoy train makes one from a configuration" : ""));
}

}  // namespace convoy::app
