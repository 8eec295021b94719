#include <algorithm>
#include <exception>
#include <iostream>

#include "convoy/error.h"
#include "convoy/version.h"
#include "terminal.h"
#include "verb.h"

namespace convoy::app {

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> table = {
      {"train", "CONFIG [-s KEY=VALUE]... [--out DIR]", "train as a configuration says", train},
      {"resume", "RUN [--epochs N]", "go on with a run that was interrupted, or for more epochs", resume},
      {"eval", "MODEL [--data DIR] [--split test]", "evaluate a saved model on a data set", eval},
      {"predict", "MODEL IMAGE...", "classify images", predict},
      {"summary", "CONFIG|MODEL", "show a model's layers, shapes, parameters and work", summary},
      {"inspect", "MODEL", "show what a model file holds", inspect},
      {"config", "check CONFIG | explain KEY | schema", "check a configuration, explain a key, print the schema",
       config},
      {"check", "CONFIG", "check gradients, overfit one batch, describe the data", check},
  };
  return table;
}

namespace {

void print_help(std::ostream& out) {
  out << "convoy " << version() << ": trains convolutional networks on a CPU\n\nusage: convoy VERB [ARGUMENTS]\n\n";
  for (const Verb& verb : verbs()) {
    std::string name = verb.name;
    name.resize(10, ' ');
    out << "  " << name << verb.help << '\n';
  }
  out << "\nconvoy VERB --help tells more. A MODEL is a .safetensors file or a run folder.\n";
}

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::config: return usage;
    case ErrorKind::data: return bad_data;
    case ErrorKind::diverged: return diverged;
    case ErrorKind::failed: break;
  }
  return failed;
}

int unknown_verb(const std::string& name) {
  const auto distance = [&](const Verb& verb) {  // letters in common, in place: enough to find a slip of the finger
    const std::string other = verb.name;
    std::size_t same = 0;
    for (std::size_t i = 0; i < std::min(other.size(), name.size()); ++i) same += other[i] == name[i] ? 1U : 0U;
    return same;
  };
  const auto best = std::ranges::max_element(verbs(), {}, distance);
  std::cerr << "convoy: unknown verb \"" << name << "\"";
  if (distance(*best) >= 2) std::cerr << "; did you mean \"" << best->name << "\"?";
  std::cerr << " (convoy --help lists them)\n";
  return usage;
}

int dispatch(Arguments arguments) {
  if (arguments.empty()) {
    print_help(std::cerr);
    return usage;
  }
  std::string name = arguments.front();
  arguments.erase(arguments.begin());
  if (name == "--version") {
    std::cout << "convoy " << version() << '\n';
    return ok;
  }
  if (name == "--help" || name == "-h" || (name == "help" && arguments.empty())) {
    print_help(std::cout);
    return ok;
  }
  if (name == "help") {
    name = arguments.front();
    arguments = {"--help"};
  }
  const auto verb = std::ranges::find(verbs(), name, &Verb::name);
  return verb == verbs().end() ? unknown_verb(name) : verb->run(arguments);
}

}  // namespace
}  // namespace convoy::app

int main(int argc, char** argv) {
  using namespace convoy;
  try {
    return app::dispatch({argv + 1, argv + argc});
  } catch (const Error& error) {
    std::cerr << app::red("error: ") << error.what() << '\n';
    return app::exit_code(error.kind());
  } catch (const std::bad_alloc&) {
    std::cerr << app::red("error: ") << "out of memory\n";
  } catch (const std::exception& error) {
    std::cerr << app::red("error: ") << error.what() << '\n';
  }
  return app::failed;
}
