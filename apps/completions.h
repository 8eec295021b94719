#pragma once

#include <ostream>

namespace convoy::app {

/// Each function prints a script that completes convoy's command line in that shell, made from the table of verbs.
void print_bash_completions(std::ostream& out);
void print_zsh_completions(std::ostream& out);
void print_fish_completions(std::ostream& out);

}  // namespace convoy::app
