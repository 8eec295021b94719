#include "convoy/starter.h"

#include <doctest/doctest.h>

#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;

TEST_CASE("init writes a configuration for an .npz file") {
  const test::TemporaryFolder folder;
  const Starter starter = write_starter("tests/fuzz/seeds/npz/stored.npz", folder.path() / "digits.toml", false);
  CHECK(contains(starter.toml, "dataset = \"numpy\""));
  CHECK(contains(starter.toml, "seeds/npz/stored.npz\""));
  CHECK(starter.found == "2 training images of 2 classes, 2x3x1");
}
