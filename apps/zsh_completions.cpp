#include "completions.h"
#include "convoy/keys.h"
#include "places.h"

namespace convoy::app {
namespace {

constexpr const char* zsh_functions = R"SH(#compdef convoy
# Completes convoy's command line in zsh: convoy completions zsh > DIR/_convoy, where DIR is in $fpath

_convoy_folder() { _files -/ }
_convoy_file() { _files }
_convoy_config() { _files -g '*.toml' }
_convoy_model() { _files -g '*.(safetensors|ckpt)' }
)SH";

constexpr const char* zsh_beginning = R"SH(
_convoy() {
  ((CURRENT == 2)) && { _convoy_verb; return }
  local verb=$words[2]
  shift words
  ((CURRENT--))
  case $verb in
)SH";

constexpr const char* zsh_end = R"SH(  esac
}

if [[ $funcstack[1] == _convoy ]]; then _convoy "$@"; else compdef _convoy convoy; fi
)SH";

/// Text with escapes for a place in single quotes between brackets or colons.
std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\'') {
      safe += "'\\''";
    } else {
      if (c == '[' || c == ']' || c == ':' || c == '\\') safe += '\\';
      safe += c;
    }
  }
  return safe;
}

/// The action of _arguments that completes an argument of that name; " " for none.
std::string action(const std::string& argument) {
  const Candidates found = candidates(argument);
  if (found.kinds.empty() && found.words.empty()) return " ";
  std::string words;
  for (const std::string& word : found.words) words += " " + word;
  if (found.kinds.empty()) return "(" + words.substr(1) + ")";
  std::string calls;
  for (const std::string& kind : found.kinds) calls += "_convoy_" + kind + "; ";
  if (!words.empty()) calls += "compadd --" + words + "; ";
  return "{" + calls + "}";
}

/// Prints the specification of an option for _arguments.
void print_zsh_option(std::ostream& out, const Option& option) {
  const std::string names =
      option.letter.empty() ? "--" + option.name : "{-" + option.letter + ",--" + option.name + "}";
  out << " \\\n      " << (option.repeated ? "'*'" : "") << names << "'[" << escaped(option.help) << ']';
  if (!option.argument.empty()) out << ':' << escaped(option.argument) << ':' << action(option.argument);
  out << '\'';
}

/// Prints the specification of an operand for _arguments.
void print_operand(std::ostream& out, const OperandPlace& place) {
  out << " \\\n      '" << (place.onward ? "*" : std::to_string(place.position + 1)) << ':' << escaped(place.argument)
      << ':' << action(place.argument) << '\'';
}

/// Merges operands at the same place after different words, such as CONFIG and KEY, into one: "CONFIG|KEY".
std::vector<OperandPlace> merged(const std::vector<OperandPlace>& places) {
  std::vector<OperandPlace> all;
  for (const OperandPlace& place : places) {
    if (!all.empty() && all.back().position == place.position) {
      all.back().argument += "|" + place.argument;
    } else {
      all.push_back(place);
    }
  }
  return all;
}

/// Prints a function _convoy_NAME that offers the words with compadd.
void print_zsh_list(std::ostream& out, const std::string& name, const std::string& flags, const Arguments& words) {
  out << "_convoy_" << name << "() { compadd " << flags << " --";
  for (const std::string& word : words) out << ' ' << word;
  out << " }\n";
}

}  // namespace

void print_zsh_completions(std::ostream& out) {
  out << zsh_functions;
  print_zsh_list(out, "key", "", explained_names());
  print_zsh_list(out, "override", "-S ''", completed_overrides());
  out << "_convoy_verb() {\n  local -a verbs=(";
  for (const Options& options : all_options()) {
    out << "\n    '" << options.verb().name << ':' << escaped(options.verb().help) << '\'';
  }
  out << ")\n  _describe verb verbs\n}\n" << zsh_beginning;
  for (const Options& options : all_options()) {
    out << "    " << options.verb().name << ") _arguments -s";
    for (const Option& option : options.declared()) print_zsh_option(out, option);
    for (const OperandPlace& place : merged(operand_places(options.operands()))) print_operand(out, place);
    out << " ;;\n";
  }
  out << zsh_end;
}

}  // namespace convoy::app
