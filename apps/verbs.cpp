#include "convoy/error.h"
#include "hints.h"
#include "verb.h"

namespace convoy::app {

const std::vector<VerbSection>& verb_sections() {
  static const std::vector<VerbSection> groups = {
      {"Train", {&init_verb, &train_verb, &resume_verb, &sweep_verb, &reproduce_verb}},
      {"Before training", {&config_verb, &data_verb, &check_verb, &lr_find_verb, &bench_verb}},
      {"Look at runs", {&runs_verb, &report_verb, &compare_verb}},
      {"Use a model",
       {&eval_verb, &predict_verb, &summary_verb, &inspect_verb, &recalibrate_verb, &import_verb, &export_verb}},
      {"Help", {&help_verb, &man_verb, &completions_verb}},
  };
  return groups;
}

const Verb& find_verb(const std::string& name) {
  for (const VerbSection& group : verb_sections()) {
    for (const Verb* verb : group.verbs) {
      if (verb->name == name) return *verb;
    }
  }
  const std::string hint = verb_hint(name);
  throw Error(ErrorKind::config,
              "unknown verb \"" + name + "\"" + (hint.empty() ? "; convoy --help lists them" : hint));
}

}  // namespace convoy::app
