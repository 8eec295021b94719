// Where the shell limits memory, every verb works, or says that there is none and ends. Not under sanitizers, which
// need more address space than such limits leave.

#include <doctest/doctest.h>

#include <filesystem>

#include "support/files.h"
#include "support/image_files.h"
#include "support/process.h"
#include "support/small_idx.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::Finished;

namespace {

namespace fs = std::filesystem;

/// Runs convoy with so many KB of address space; it is killed when it has not ended in half a minute.
Finished run_in(int kilobytes, const std::string& arguments) {
  const std::string command =
      "ulimit -v " + std::to_string(kilobytes) + " && exec timeout -s KILL 30 " + CONVOY_BINARY + " " + arguments;
  return test::run("/bin/sh", {"-c", command});
}

void check_works_or_says_why(int kilobytes, const std::string& arguments) {
  const Finished finished = run_in(kilobytes, arguments);
  INFO(kilobytes << " KB: convoy " << arguments << ": exit code " << finished.code << "\n" << finished.err);
  if (finished.code != 0) {
    CHECK(finished.code == 1);
    CHECK(finished.err.starts_with("error: out of memory"));  // or: of threads
  }
}

}  // namespace

TEST_CASE("with little memory each verb works, or says \"out of memory\" and ends") {
  const test::TemporaryFolder folder;
  const std::string run = (folder.path() / "run").string();
  const std::string data = " -s data.path=" + test::small_mnist().string() + " -s data.limit=320 -s data.validation=0";
  const std::string train = "train configs/mnist_cnn.toml --quiet -s train.epochs=1" + data;
  const std::string picture = (folder.path() / "grey.bmp").string();
  test::write(picture,
              test::bmp_file(28, 28, 24, std::vector<std::string>(28, std::string(std::size_t{28} * 3, '\x7f'))));
  REQUIRE(run_in(4000000, train + " --out " + run).code == 0);
  for (const int kilobytes : {100000, 200000, 400000}) {
    check_works_or_says_why(kilobytes, "--version");
    check_works_or_says_why(kilobytes, "config check configs/mnist_cnn.toml");
    check_works_or_says_why(kilobytes, train + " --force --out " + run + ".again");
    check_works_or_says_why(kilobytes, "eval " + run);
    check_works_or_says_why(kilobytes, "predict " + run + " " + picture);
    check_works_or_says_why(kilobytes, "report " + run);
  }
  CHECK(run_in(100000, "--version").code == 0);
  // OpenBLAS would ask for its memory for ever.
  const std::string blas = " -s layer.conv1.engine=blas --force --out " + run + ".again";
  CHECK(run_in(200000, train + blas).err == "error: out of memory\n");
  const Finished large = run_in(1000000, "config check configs/mnist_cnn.toml -s train.batch_size=10000");
  CHECK(large.err.starts_with("error: out of memory: a batch of 10000 takes "));
}
