#include "completions.h"

#include <iostream>

#include "options.h"

namespace convoy::app {
namespace {

/// Prints the completion script of a shell.
int run_completions(const Options& options) {
  const std::string& shell = options.positional()[0];
  if (shell == "bash") print_bash_completions(std::cout);
  if (shell == "zsh") print_zsh_completions(std::cout);
  if (shell == "fish") print_fish_completions(std::cout);
  return ok;
}

}  // namespace

const Verb completions_verb = {.name = "completions",
                               .operands = "bash | zsh | fish",
                               .help = "Print the script that completes commands in a shell.",
                               .examples =
                                   "source <(convoy completions bash)\n"
                                   "convoy completions zsh > ~/.zfunc/_convoy\n"
                                   "convoy completions fish > ~/.config/fish/completions/convoy.fish",
                               .run = run_completions};

}  // namespace convoy::app
