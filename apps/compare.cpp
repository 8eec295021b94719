#include <iostream>
#include <limits>

#include "convoy/report.h"
#include "options.h"
#include "verb.h"

namespace convoy::app {

int compare(const Arguments& arguments) {
  Options options("compare");
  options.add_text("o,out", "FILE", "Where the page goes; compare.html in the current folder without it.");
  if (!options.parse(arguments, 1, std::numeric_limits<std::size_t>::max(), "RUN folders")) return ok;
  const std::string file = options.text("out", "compare.html");
  write_comparison({options.positional().begin(), options.positional().end()}, file);
  std::cout << file << '\n';
  return ok;
}

}  // namespace convoy::app
