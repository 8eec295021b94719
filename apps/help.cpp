#include "help.h"

#include <algorithm>
#include <iostream>
#include <sstream>

#include "convoy/version.h"

namespace convoy::app {
namespace {

constexpr std::size_t help_width = 80;

/// Prints a term and, wrapped from column `indent` on, its meaning.
void print_entry(std::ostream& out, const std::string& term, std::size_t indent, const std::string& meaning) {
  std::string line = term.empty() ? "" : "  " + term;
  if (!term.empty() && line.size() + 2 > indent) {
    out << line << '\n';
    line.clear();
  }
  line.resize(indent, ' ');
  std::istringstream words(meaning);
  bool first = true;
  for (std::string word; words >> word; first = false) {
    if (!first && line.size() + 1 + word.size() > help_width) {
      out << line << '\n';
      line = std::string(indent, ' ');
      first = true;
    }
    line += (first ? "" : " ") + word;
  }
  out << line << '\n';
}

/// "-o, --out FILE"
std::string term_of(const Option& option) {
  const std::string letter = option.letter.empty() ? "    " : "-" + option.letter + ", ";
  return letter + "--" + option.name + (option.argument.empty() ? "" : " " + option.argument);
}

/// Prints each line of a text, indented.
void print_lines(std::ostream& out, const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) out << "  " << line << '\n';
}

/// Prints the general help, or that of a verb.
int run_help(const Options& options) {
  if (options.positional().empty()) {
    print_help(std::cout);
  } else {
    print_help(std::cout, Options(find_verb(options.positional()[0])));
  }
  return ok;
}

}  // namespace

const char* const operand_kinds =
    "A CONFIG is a .toml file; a RUN is the folder that training leaves; a MODEL is a .safetensors file or a RUN.";

const std::vector<std::pair<std::string, std::string>>& exit_codes() {
  static const std::vector<std::pair<std::string, std::string>> codes = {
      {"0", "ok"},
      {"1", "failed"},
      {"2", "usage, or a bad configuration"},
      {"3", "bad data, a bad image or a bad model file"},
      {"4", "training diverged"},
      {"130", "interrupted, after saving"}};
  return codes;
}

void print_help(std::ostream& out) {
  out << "convoy " << version() << ": trains convolutional networks on a CPU\n\nusage: convoy VERB [ARGUMENTS]\n";
  for (const VerbSection& group : verb_sections()) {
    out << '\n' << group.title << '\n';
    for (const Verb* verb : group.verbs) print_entry(out, verb->name, 15, verb->help);
  }
  out << "\nExamples\n"
         "  convoy train configs/mnist_cnn.toml -s train.epochs=3\n"
         "  convoy eval runs/mnist_cnn\n"
         "  convoy predict runs/mnist_cnn photo.png --top 3\n"
         "  convoy config explain train.epochs\n"
         "\n"
         "Exit codes\n";
  for (const auto& [code, meaning] : exit_codes()) print_entry(out, code, 7, meaning);
  out << '\n';
  print_entry(out, "", 0, std::string(operand_kinds) + " convoy VERB --help tells more.");
}

void print_help(std::ostream& out, const Options& options) {
  const Verb& verb = options.verb();
  const std::string command = std::string("convoy ") + verb.name;
  std::string start = "usage: ";
  for (const Arguments& alternative : options.operands().alternatives()) {
    out << start << command;
    for (const std::string& word : alternative) out << ' ' << word;
    out << " [OPTIONS]\n";
    start = "       ";
  }
  out << '\n' << verb.help << "\n\nOptions\n";
  std::size_t indent = 0;
  for (const Option& option : options.declared()) indent = std::max(indent, term_of(option).size() + 4);
  indent = std::min<std::size_t>(indent, 26);
  for (const Option& option : options.declared()) print_entry(out, term_of(option), indent, option.help);
  out << "\nExamples\n";
  print_lines(out, verb.examples);
  const std::string failure = verb.also_fails_if;
  if (!failure.empty()) out << "\nThe exit code is 1 also if " << failure << ".\n";
}

const Verb help_verb = {.name = "help",
                        .operands = "[VERB]",
                        .help = "Show this, or the help of a verb.",
                        .examples = "convoy help train",
                        .run = run_help};

}  // namespace convoy::app
