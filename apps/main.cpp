#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <system_error>

#include "convoy/error.h"
#include "convoy/foreign_text.h"
#include "convoy/machine.h"
#include "convoy/version.h"
#include "help.h"
#include "options.h"
#include "terminal.h"
#include "verb.h"

namespace convoy::app {
namespace {

/// The exit code for an Error of that kind.
int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::config: return usage;
    case ErrorKind::data: return bad_data;
    case ErrorKind::diverged: return diverged;
    case ErrorKind::failed: break;
  }
  return failed;
}

/// Runs the verb that the arguments name, or prints help or the version; returns the exit code.
int dispatch(Arguments arguments) {
  instruction_set();  // reports a wrong CONVOY_ISA before anything else
  if (arguments.empty()) {
    print_help(std::cerr);
    return usage;
  }
  const std::string name = arguments.front();
  arguments.erase(arguments.begin());
  if (name == "--version" || name == "-V") {
    std::cout << "convoy " << version() << '\n';
    return ok;
  }
  if (name == "--help" || name == "-h") {
    print_help(std::cout);
    return ok;
  }
  const Verb& verb = find_verb(name);
  Options options(verb);
  options.parse(arguments);
  if (options.has("help")) {
    print_help(std::cout, options);
    return ok;
  }
  return verb.run(options);
}

}  // namespace
}  // namespace convoy::app

int main(int argc, char** argv) {
  using namespace convoy;
  std::signal(SIGXFSZ, SIG_IGN);           // a file-size limit is an error like a full disk, not the program's end
  setenv("OPENBLAS_NUM_THREADS", "1", 0);  // convoy brings its own: OpenBLAS's would idle, each with its memory
  try {
    const int code = app::dispatch({argv + 1, argv + argc});
    if (!std::cout.flush()) throw Error(ErrorKind::failed, "standard output cannot be written");
    return code;
  } catch (const Error& error) {
    app::print_error(error.what());
    return app::exit_code(error.kind());
  } catch (const std::bad_alloc&) {
    app::print_error("out of memory");
  } catch (const std::filesystem::filesystem_error& error) {
    const std::string path = error.path1().string();
    app::print_error(path + (path.empty() ? "" : ": ") + error.code().message());
  } catch (const std::system_error& error) {
    const bool no_thread = error.code() == std::errc::resource_unavailable_try_again;
    app::print_error(no_thread ? "out of memory, or of threads" : error.what());
  } catch (const std::exception& error) {
    app::print_error(error.what());
  }
  return app::failed;
}
