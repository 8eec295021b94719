#include <set>

#include "completions.h"
#include "convoy/keys.h"
#include "places.h"

namespace convoy::app {
namespace {

constexpr const char* fish_functions =
    R"SH(# Completes convoy's command line in fish: convoy completions fish > ~/.config/fish/completions/convoy.fish

function __convoy_folder; __fish_complete_directories (commandline -ct); end
function __convoy_file; __fish_complete_path (commandline -ct); end
function __convoy_config; __fish_complete_suffix .toml; end
function __convoy_model; __fish_complete_suffix .safetensors; end

# The operands of the verb that come before the cursor.
function __convoy_operands
    set -l words (commandline -opc)
    set -l argument 0
    for word in $words[3..-1]
        if test $argument = 1
            set argument 0
        else if contains -- $word $__convoy_valued
            set argument 1
        else if not string match -q -- '-*' $word
            echo $word
        end
    end
end

# Whether the cursor is behind a verb: __convoy_at VERB [POSITION [FIRST OPERAND]]
function __convoy_at
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test "$words[2]" = $argv[1]; or return 1
    test (count $argv) -ge 2; or return 0
    set -l operands (__convoy_operands)
    test "$argv[2]" = any; or test (count $operands) -eq $argv[2]; or return 1
    test (count $argv) -lt 3; or test "$operands[1]" = "$argv[3]"
end

function __convoy_first
    test (count (commandline -opc)) -eq 1
end

complete -c convoy -f
complete -c convoy -n __convoy_first -l version -s V -d 'Print the version.'
)SH";

/// Text in single quotes for fish.
std::string in_quotes(const std::string& text) {
  std::string safe = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') safe += '\\';
    safe += c;
  }
  return safe + "'";
}

/// The flag -a of `complete` with the candidates for an argument of that name; "" without any.
std::string candidates_flag(const std::string& argument) {
  const Candidates found = candidates(argument);
  std::string words;
  for (const std::string& kind : found.kinds) words += (words.empty() ? "(__convoy_" : " (__convoy_") + kind + ")";
  for (const std::string& word : found.words) words += (words.empty() ? "" : " ") + word;
  return words.empty() ? "" : " -a " + in_quotes(words);
}

/// Prints the lines that complete a verb, its options and its operands.
void print_fish_verb(std::ostream& out, const Options& options) {
  const std::string verb = options.verb().name;
  const std::string line = "complete -c convoy -n ";
  out << line << "__convoy_first -a " << verb << " -d " << in_quotes(options.verb().help) << '\n';
  for (const Option& option : options.declared()) {
    out << line << in_quotes("__convoy_at " + verb) << (option.letter.empty() ? "" : " -s " + option.letter) << " -l "
        << option.name << (option.argument.empty() ? "" : " -x" + candidates_flag(option.argument)) << " -d "
        << in_quotes(option.help) << '\n';
  }
  for (const OperandPlace& place : operand_places(options.operands())) {
    const std::string words = candidates_flag(place.argument);
    if (words.empty()) continue;
    const std::string position = place.onward ? "any" : std::to_string(place.position);
    out << line << in_quotes("__convoy_at " + verb + " " + position + (place.after.empty() ? "" : " " + place.after))
        << words << '\n';
  }
}

/// Prints a function __convoy_NAME that lists the words.
void print_fish_list(std::ostream& out, const std::string& name, const Arguments& words) {
  out << "function __convoy_" << name << "; printf '%s\\n'";
  for (const std::string& word : words) out << ' ' << word;
  out << "; end\n";
}

}  // namespace

void print_fish_completions(std::ostream& out) {
  Arguments names;
  std::set<std::string> valued;
  for (const Options& options : all_options()) {
    names.emplace_back(options.verb().name);
    for (const Option& option : options.declared()) {
      if (option.argument.empty()) continue;
      valued.insert("--" + option.name);
      if (!option.letter.empty()) valued.insert("-" + option.letter);
    }
  }
  out << fish_functions;
  print_fish_list(out, "key", explained_names());
  print_fish_list(out, "override", completed_overrides());
  print_fish_list(out, "verb", names);
  out << "set -g __convoy_valued";
  for (const std::string& option : valued) out << ' ' << option;
  out << '\n';
  for (const Options& options : all_options()) print_fish_verb(out, options);
}

}  // namespace convoy::app
