#include <algorithm>
#include <iostream>
#include <optional>

#include "convoy/error.h"
#include "verb.h"

namespace convoy::app {

Options::Options(const char* verb) : options_(std::string("convoy ") + verb), verb_(verb) {
  const auto row = std::ranges::find(verbs(), std::string(verb), &Verb::name);
  options_.custom_help(row->arguments);
  options_.positional_help("");
  options_.add_options()("h,help", "Show this help.")("positional", "", cxxopts::value<std::vector<std::string>>());
  options_.parse_positional("positional");
}

void Options::add_overrides() {
  options_.add_options()("s,set", "Override a key: train.epochs=3, layer.conv2.filters=64. May be repeated.",
                         cxxopts::value<std::vector<std::string>>(), "KEY=VALUE");
}

bool Options::parse(const Arguments& arguments, std::size_t least, std::size_t most, const std::string& what) {
  std::vector<const char*> argv = {verb_};
  for (const auto& argument : arguments) argv.push_back(argument.c_str());
  try {
    result_ = options_.parse(static_cast<int>(argv.size()), argv.data());
  } catch (const cxxopts::exceptions::exception& error) {
    throw Error(ErrorKind::config, std::string(error.what()) + "; see convoy " + verb_ + " --help");
  }
  if (result_->count("help") > 0) {
    std::cout << options_.help() << std::flush;
    return false;
  }
  if (result_->count("positional") > 0) positional_ = (*result_)["positional"].as<std::vector<std::string>>();
  if (positional_.size() >= least && positional_.size() <= most) return true;
  throw Error(ErrorKind::config, std::string("convoy ") + verb_ + ": expected " + what + ", got " +
                                     std::to_string(positional_.size()) + " arguments; see convoy " + verb_ +
                                     " --help");
}

std::vector<std::string> Options::overrides() const {
  if (result_->count("set") == 0) return {};
  // cxxopts splits values at commas; join what is no key=value of its own to what came before it: stride=[2,1].
  std::vector<std::string> joined;
  for (const auto& part : (*result_)["set"].as<std::vector<std::string>>()) {
    if (part.find('=') == std::string::npos && !joined.empty()) {
      joined.back() += "," + part;
    } else {
      joined.push_back(part);
    }
  }
  return joined;
}

}  // namespace convoy::app
