#include <algorithm>
#include <csignal>
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
      {"sweep", "CONFIG [-s KEY=V1,V2]... [--seeds N]", "train every combination of settings, with several seeds",
       sweep},
      {"eval", "MODEL [--data DIR] [--split test]", "evaluate a saved model on a data set", eval},
      {"predict", "MODEL IMAGE...", "classify images", predict},
      {"summary", "CONFIG|MODEL", "show a model's layers, shapes, parameters and work", summary},
      {"inspect", "MODEL", "show what a model file holds", inspect},
      {"config", "check CONFIG | explain KEY | schema", "check a configuration, explain a key, print the schema",
       config},
      {"data", "preview CONFIG [-o FILE.png]", "draw the images that training sees, and count them", data},
      {"reproduce", "NAME [--quick]", "run a shipped experiment and hold a published claim against it", reproduce},
      {"report", "RUN [-o FILE] [--tensorboard]", "make the page of a run, finished or not", report},
      {"compare", "RUN... [-o FILE]", "make a page that compares runs, with mean and range over seeds", compare},
      {"check", "CONFIG", "check gradients, overfit one batch, describe the data", check},
      {"bench", "CONFIG [--layers]", "time training and inference on this machine", bench},
      {"lr-find", "CONFIG [-s KEY=VALUE]... [--from 1e-6] [--to 10]",
       "train at growing learning rates to find a good one", lr_find},
      {"recalibrate", "MODEL [--images N] [-o FILE]", "replace batch norm's moving statistics by the data's",
       recalibrate},
  };
  return table;
}

namespace {

void print_help(std::ostream& out) {
  out << "convoy " << version() << ": trains convolutional networks on a CPU\n\nusage: convoy VERB [ARGUMENTS]\n\n";
  for (const Verb& verb : verbs()) {
    std::string name = verb.name;
    name.resize(13, ' ');
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

[[noreturn]] void unknown_verb(const std::string& name) {
  std::vector<std::string> known = {"help", "--help", "--version"};
  for (const Verb& verb : verbs()) known.emplace_back(verb.name);
  const std::string hint = did_you_mean(name, known);
  throw Error(ErrorKind::config,
              "unknown verb \"" + name + "\"" + (hint.empty() ? "; convoy --help lists them" : hint));
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
  if (verb == verbs().end()) unknown_verb(name);
  return verb->run(arguments);
}

}  // namespace
}  // namespace convoy::app

int main(int argc, char** argv) {
  using namespace convoy;
  std::signal(SIGXFSZ, SIG_IGN);  // a file-size limit is an error like a full disk, not the program's end
  try {
    const int code = app::dispatch({argv + 1, argv + argc});
    if (!std::cout.flush()) throw Error(ErrorKind::failed, "standard output cannot be written");
    return code;
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
