#pragma once

#include <string>
#include <vector>

namespace convoy::app {

/// Exit codes of the command line.
enum Exit { ok = 0, failed = 1, usage = 2, bad_data = 3, diverged = 4, interrupted = 130 };

/// Words of the command line.
using Arguments = std::vector<std::string>;

class Options;

/// One verb of the command line, in the file of its name. Parsing, --help, completions and the man page come from this.
struct Verb {
  const char* name;
  const char* operands;            ///< see operands.h: "MODEL IMAGE...", "check CONFIG | explain KEY | schema"
  const char* help;                ///< one line
  const char* examples;            ///< command lines
  const char* also_fails_if = "";  ///< the condition for exit code 1, besides that something failed
  void (*declare)(Options& options) = nullptr;
  int (*run)(const Options& options) = nullptr;  ///< returns the exit code, may throw convoy::Error
};

extern const Verb init_verb, train_verb, resume_verb, sweep_verb, reproduce_verb;
extern const Verb config_verb, data_verb, check_verb, lr_find_verb, bench_verb;
extern const Verb runs_verb, report_verb, compare_verb;
extern const Verb eval_verb, predict_verb, summary_verb, inspect_verb, recalibrate_verb, import_verb, export_verb;
extern const Verb help_verb, completions_verb, man_verb;

/// Verbs that belong together, under a title.
struct VerbSection {
  const char* title;
  std::vector<const Verb*> verbs;
};

/// All verbs, in the order of --help.
const std::vector<VerbSection>& verb_sections();
/// The verb of that name. Throws Error{config} with a hint for another name.
const Verb& find_verb(const std::string& name);

}  // namespace convoy::app
