#include "convoy/error.h"

#include <doctest/doctest.h>

#include <string>

using namespace convoy;

TEST_CASE("a message has no other line breaks than its own") {
  const auto text = [](const Error& error) { return std::string(error.what()); };
  const Error one(ErrorKind::data, "a\nb\x1b.png: no such file");
  CHECK(text(one) == "a\\nb\\x1b.png: no such file");
  CHECK(text(Error(ErrorKind::data, one.what())) == one.what());
  const Error two(ErrorKind::diverged, {std::string("first\n"), std::string("second")});
  CHECK(text(two) == "first\\n\nsecond");
  CHECK(text(two.within("run \n: ", " (\t)")) == "run \\n: first\\n\nsecond (\\t)");
  CHECK(text(two.followed_by("\r")) == "first\\n\nsecond\n\\r");
  CHECK(two.followed_by("").kind() == ErrorKind::diverged);
}
