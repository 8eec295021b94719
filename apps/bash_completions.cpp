#include "completions.h"
#include "convoy/keys.h"
#include "operands.h"
#include "places.h"

namespace convoy::app {
namespace {

constexpr const char* bash_functions = R"SH(# Completes convoy's command line in bash: source <(convoy completions bash)

_convoy_words() { mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$1" -- "$current"); }

_convoy_folder() {
  compopt -o filenames 2>/dev/null
  mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$current")
}

_convoy_file() {
  compopt -o filenames 2>/dev/null
  mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -X "!${1:-*}" -- "$current")
}

_convoy_config() { _convoy_folder && _convoy_file '*.toml'; }

_convoy_model() { _convoy_folder && _convoy_file '*.safetensors' && _convoy_file '*.ckpt'; }

_convoy_override() {
  compopt -o nospace 2>/dev/null
  _convoy_words "$overrides"
}

_convoy_key() { _convoy_words "$keys"; }

_convoy_verb() { _convoy_words "$verbs"; }

)SH";

constexpr const char* bash_beginning = R"SH(
  COMPREPLY=()
  # "--out=DIR" comes as three words.
  [[ $previous == = ]] && previous=${COMP_WORDS[COMP_CWORD - 2]}
  [[ $current == = ]] && current=
  ((COMP_CWORD == 1)) && { _convoy_words "$verbs --help --version"; return; }
)SH";

/// The shell commands that complete an argument of that name.
std::string commands(const std::string& argument) {
  const Candidates found = candidates(argument);
  std::string text;
  for (const std::string& kind : found.kinds) text += "_convoy_" + kind + "; ";
  if (!found.words.empty()) text += "_convoy_words '" + joined(found.words) + "'; ";
  return text;
}

/// "train:--out", and with a letter "train:-o|train:--out"
std::string pattern(const Verb& verb, const Option& option) {
  const std::string prefix = std::string(verb.name) + ":";
  return (option.letter.empty() ? "" : prefix + "-" + option.letter + "|") + prefix + "--" + option.name;
}

/// Prints the completion of an option's argument after the option.
void print_arguments_of_options(std::ostream& out) {
  out << "  case $verb:$previous in\n";
  for (const Options& options : all_options()) {
    for (const Option& option : options.declared()) {
      if (option.argument.empty()) continue;
      out << "    " << pattern(options.verb(), option) << ") " << commands(option.argument) << "return ;;\n";
    }
  }
  out << "  esac\n";
}

/// Prints the completion of a word that begins with "-".
void print_names_of_options(std::ostream& out) {
  out << "  if [[ $current == -* ]]; then\n    case $verb in\n";
  for (const Options& options : all_options()) {
    out << "      " << options.verb().name << ") _convoy_words '" << joined(options.long_names()) << "' ;;\n";
  }
  out << "    esac\n    return\n  fi\n";
}

/// Prints the loop that collects the operands before the cursor: words that are neither options nor their arguments.
void print_operands_so_far(std::ostream& out) {
  std::string valued;
  for (const Options& options : all_options()) {
    for (const Option& option : options.declared()) {
      if (!option.argument.empty()) valued += (valued.empty() ? "" : "|") + pattern(options.verb(), option);
    }
  }
  out << "  for ((i = 2; i < COMP_CWORD; i++)); do\n    case $verb:${COMP_WORDS[i]} in\n      " << valued << R"SH()
        [[ ${COMP_WORDS[i + 1]} == = ]] && ((i++))
        ((i++)) ;;
      *:=) ((i++)) ;;
      *:-*) ;;
      *) operands+=("${COMP_WORDS[i]}") ;;
    esac
  done
)SH";
}

/// Prints the completion of the operand at the cursor.
void print_operands(std::ostream& out) {
  out << "  case $verb:${#operands[@]}:${operands[0]} in\n";
  for (const Options& options : all_options()) {
    const std::string verb = options.verb().name;
    for (const OperandPlace& place : operand_places(options.operands())) {
      const std::string position = place.onward ? "*" : std::to_string(place.position);
      const std::string after = place.after.empty() ? "*" : place.after;
      out << "    " << verb << ":" << position << ":" << after << ") " << commands(place.argument) << ";;\n";
    }
  }
  out << "  esac\n";
}

}  // namespace

void print_bash_completions(std::ostream& out) {
  Arguments names;
  for (const Options& options : all_options()) names.emplace_back(options.verb().name);
  out << bash_functions
      << "_convoy() {\n  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}"
      << " verb=${COMP_WORDS[1]} operands=() i\n  local verbs='" << joined(names) << "'\n  local keys='"
      << joined(explained_names()) << "'\n  local overrides='" << joined(completed_overrides()) << "'"
      << bash_beginning;
  print_arguments_of_options(out);
  print_names_of_options(out);
  print_operands_so_far(out);
  print_operands(out);
  out << "}\ncomplete -F _convoy convoy\n";
}

}  // namespace convoy::app
