#include "formats/child_process.h"

#include <doctest/doctest.h>
#include <unistd.h>

namespace convoy::formats {

TEST_CASE("a child process sends bytes, and the end of one that ends, falls or hangs is noticed") {
  const ChildLimits limits{.more_bytes = 1U << 26U, .seconds = 1, .silent_seconds = 1};
  char byte = 0;
  ChildProcess sends(limits, [](const ChildOutput& output) { output("x", 1); });
  CHECK(sends.read(&byte, 1));
  CHECK(byte == 'x');
  CHECK_FALSE(sends.read(&byte, 1));
  ChildProcess falls(limits, [](const ChildOutput&) { throw 1; });
  CHECK_FALSE(falls.read(&byte, 1));
  ChildProcess hangs(limits, [](const ChildOutput&) {
    for (;;) pause();
  });
  CHECK_FALSE(hangs.read(&byte, 1));
}

}  // namespace convoy::formats
