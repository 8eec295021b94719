#include <cctype>
#include <iostream>
#include <sstream>

#include "convoy/version.h"
#include "help.h"
#include "options.h"

namespace convoy::app {
namespace {

/// Text with escapes, so that roff shows it as it is.
std::string plain(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    const bool request = (c == '.' || c == '\'') && (safe.empty() || safe.back() == '\n');
    if (request) safe += "\\&";
    if (c == '\\') {
      safe += "\\e";
    } else {
      safe += c == '-' ? "\\-" : std::string(1, c);
    }
  }
  return safe;
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

/// Operands in roff: literal words in bold, others in italics.
std::string operands(const Arguments& words) {
  std::string text;
  for (const std::string& word : words) text += (Operands::literal(word) ? " \\fB" : " \\fI") + plain(word) + "\\fR";
  return text;
}

void print_examples(const std::string& examples) {
  std::cout << ".PP\n.nf\n";
  std::istringstream lines(examples);
  for (std::string line; std::getline(lines, line);) std::cout << "    " << plain(line) << '\n';
  std::cout << ".fi\n";
}

void print_option(const Option& option) {
  std::cout << ".TP\n";
  if (!option.letter.empty()) std::cout << "\\fB\\-" << option.letter << "\\fR, ";
  std::cout << "\\fB\\-\\-" << plain(option.name) << "\\fR";
  if (!option.argument.empty()) std::cout << " \\fI" << plain(option.argument) << "\\fR";
  std::cout << '\n' << plain(option.help) << '\n';
}

void print_verb(const Options& options) {
  const Verb& verb = options.verb();
  std::cout << ".SS \"convoy " << plain(verb.name) << "\"\n";
  for (const Arguments& words : options.operands().alternatives()) {
    std::cout << "\\fBconvoy " << plain(verb.name) << "\\fR" << operands(words) << " [\\fIOPTIONS\\fR]\n.br\n";
  }
  std::cout << ".PP\n" << plain(verb.help) << '\n';
  const std::string failure = verb.also_fails_if;
  if (!failure.empty()) std::cout << "The exit code is 1 also if " << plain(failure) << ".\n";
  for (const Option& option : options.declared()) {
    if (option.name != "help") print_option(option);
  }
  print_examples(verb.examples);
}

/// Prints a list of terms with their meanings.
void print_terms(const std::vector<std::pair<std::string, std::string>>& rows) {
  for (const auto& [term, meaning] : rows) {
    std::cout << ".TP\n.B " << plain(term) << '\n' << plain(meaning) << '\n';
  }
}

/// Prints the manual page in roff.
int run_man(const Options&) {
  std::cout << ".TH CONVOY 1 \"\" \"convoy " << version() << "\" \"User Commands\"\n"
            << ".SH NAME\nconvoy \\- trains convolutional networks on a CPU\n"
            << ".SH SYNOPSIS\n.B convoy\n.I VERB\n[\\fIARGUMENTS\\fR]\n"
            << ".SH DESCRIPTION\n"
            << plain("convoy trains small convolutional networks as a TOML file says, evaluates them and uses them. ")
            << plain(operand_kinds) << '\n';
  for (const VerbSection& group : verb_sections()) {
    std::cout << ".SH \"" << upper(group.title) << "\"\n";
    for (const Verb* verb : group.verbs) print_verb(Options(*verb));
  }
  std::cout << ".SH EXIT STATUS\n";
  print_terms(exit_codes());
  std::cout << ".SH ENVIRONMENT\n";
  print_terms({{"CONVOY_ISA", "Compute with this instruction set instead of the best: baseline, avx2 or avx512."},
               {"NO_COLOR", "Where it is set and not empty, nothing is printed in colour."},
               {"TERM", "A terminal of kind dumb gets no escapes: lines instead of bars, and no colour."}});
  std::cout << ".SH SIGNALS\n";
  print_terms({{"SIGINT, SIGTERM, SIGHUP", "Training saves, evaluates and ends; a second one ends it at once."},
               {"SIGUSR1", "Training writes its checkpoint and goes on."}});
  std::cout << ".SH FILES\n";
  print_terms({{"runs/NAME/best.safetensors", "The model of a run's best epoch."},
               {"runs/NAME/last.ckpt", "Its checkpoint, from which convoy resume goes on."},
               {"runs/NAME/report.html", "Its page."},
               {"runs/NAME/resolved.toml", "Its configuration, with every default written out."}});
  return ok;
}

}  // namespace

const Verb man_verb = {.name = "man",
                       .operands = "",
                       .help = "Print the manual page.",
                       .examples = "convoy man | man -l -",
                       .run = run_man};

}  // namespace convoy::app
