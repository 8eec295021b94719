#include "core/dynamic_library.h"

#include <doctest/doctest.h>

#include "convoy/error.h"

using namespace convoy;

TEST_CASE("the first library that can be loaded is taken, and its functions are found by name") {
  const DynamicLibrary library("The mathematical library", {"libno-such.so.1", "libm.so.6"}, "libc6");
  double (*cosine)(double) = nullptr;
  library.find(cosine, "cos");
  CHECK(cosine(0) == 1);
  CHECK_THROWS_WITH_AS(library.find(cosine, "kosinus"),
                       "The mathematical library has no function kosinus; install Debian's package libc6", Error);
}

TEST_CASE("where no library can be loaded, the error says why and which package has it") {
  const std::initializer_list<const char*> files = {"libno-such.so.2", "libno-such.so.1"};
  CHECK_THROWS_WITH_AS(
      DynamicLibrary("No library", files, "libno-such2"),
      "No library cannot be loaded: libno-such.so.2: cannot open shared object file: No such file or directory; it is "
      "in Debian's package libno-such2",
      Error);
}
