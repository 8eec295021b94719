#include "core/text.h"

#include <doctest/doctest.h>

#include "convoy/number_text.h"

using namespace convoy;

TEST_CASE("edit distance counts insertions, deletions and replacements") {
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("same", "same") == 0);
}

TEST_CASE("the nearest name is offered only when it is near") {
  CHECK(nearest("padings", {"padding", "filters"}) == "padding");
  CHECK(nearest("zebra", {"padding", "filters"}).empty());
  CHECK(nearest("c", {"a", "b"}).empty());
  CHECK(nearest("no", {"a", "off"}).empty());
  CHECK(nearest("sed", {"seed", "a"}) == "seed");
  CHECK(nearest("reul", {"relu"}) == "relu");
  CHECK(nearest("ruul", {"seed"}).empty());
  CHECK(nearest("sigmmoidd", {"sigmoid"}) == "sigmoid");
  CHECK(nearest("abcdefghi", {"abcdefxyz"}) == "abcdefxyz");  // a third of its letters
  CHECK(nearest("abcdefghi", {"abcdewxyz"}).empty());
  CHECK(did_you_mean("fliters", {"padding", "filters"}) == "; did you mean \"filters\"?");
}

TEST_CASE("lists and numbers read well") {
  CHECK(join_or({"a"}) == "a");
  CHECK(join_or({"a", "b", "c"}) == "a, b or c");
  CHECK(shortest(0.001) == "0.001");
  CHECK(shortest(1.0) == "1.0");
  CHECK(shortest(1e-7) == "1e-07");
}

TEST_CASE("only the letters of ASCII become small") { CHECK(lower_case("AMZ @[`{ 09 amz É") == "amz @[`{ 09 amz É"); }

TEST_CASE("a name may have a number in brackets") {
  CHECK(parse_numbered("plain")->name == "plain");
  CHECK_FALSE(parse_numbered("plain")->number);
  CHECK(parse_numbered("normal(1e-3)")->name == "normal");
  CHECK(parse_numbered("normal(1e-3)")->number == 1e-3);
  for (const char* wrong :
       {"a()", "a(", "a(1", "a(1)b", "a(x)", "a(nan)", "a(1e999)", "a(1))", "a( 1)", ")(", "a(1,2)"}) {
    CHECK_FALSE(parse_numbered(wrong));
  }
}
