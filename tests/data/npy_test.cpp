#include "data/npy.h"

#include <doctest/doctest.h>

#include <vector>

#include "support/errors.h"
#include "support/files.h"
#include "support/npy_file.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::npy_file;
using test::npy_with_header;

namespace {

std::vector<double> numbers_in(const NumberArray& array) {
  std::vector<double> numbers;
  for (std::size_t i = 0; i < array.size(); ++i) numbers.push_back(array.number(i));
  return numbers;
}

/// Reads these bytes as a file.
NumberArray read_bytes(const std::string& bytes) {
  const test::TemporaryFolder folder;
  test::write(folder.path() / "x.npy", bytes);
  return read_npy(folder.path() / "x.npy");
}

std::string npy_error(const std::string& bytes) {
  return test::error_of(ErrorKind::data, [&] { read_bytes(bytes); });
}

}  // namespace

TEST_CASE("what NumPy writes is read, whatever its version, order and type") {
  const std::vector<double> counted = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  for (const char* name : {"bytes", "columns_first", "big_endian", "version2", "version3"}) {
    INFO(name);
    const NumberArray array = read_npy("tests/fuzz/seeds/npy/" + std::string(name) + ".npy");
    CHECK(array.extents == std::vector<int>{2, 2, 3});
    CHECK(numbers_in(array) == counted);
  }
  CHECK(numbers_in(read_npy("tests/fuzz/seeds/npy/booleans.npy")) ==
        std::vector<double>{1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0});
  CHECK(numbers_in(read_npy("tests/fuzz/seeds/npy/half.npy")).back() == 2.75);
  CHECK(read_npy("tests/fuzz/seeds/npy/version3.npy").text() == "2 x 2 x 3 doubles");
}

TEST_CASE("a header may have its keys in any order, with any spaces, and Python 2's long numbers") {
  const NumberArray array =
      read_bytes(npy_with_header(" {\"shape\":(2L,),'fortran_order':True , 'descr':'|u1'} ", "ab"));
  CHECK(array.extents == std::vector<int>{2});
  CHECK(array.number(1) == 'b');
}

TEST_CASE("damaged .npy files get one clear error") {
  struct Damage {
    std::string bytes;
    const char* message;
  };
  const std::string header = "'fortran_order': False, 'shape': (2,), }";
  const std::vector<Damage> damages = {
      {"", "not an .npy file: expected it to begin with \\x93NUMPY"},
      {"PK\3\4abcdefgh", "a ZIP archive, not an .npy file"},
      {"\x93NUMPY", "too short for its header"},
      {std::string("\x93NUMPY\1\0\1", 9), "too short for its header"},
      {npy_with_header("{", "", 4), "expected version 1, 2 or 3 of the .npy format, found 4"},
      {std::string("\x93NUMPY\2\0", 8) + "\xff\xff\xff\xff", "a header of 4294967295 bytes makes no sense"},
      {npy_with_header("", ""), "expected \"{\", found \"\""},
      {npy_with_header("{'descr': '<f4'}", ""), "its header lacks descr, fortran_order or shape"},
      {npy_with_header("{'descr': '|O', " + header, ""), "found Python objects"},
      {npy_with_header("{'descr': [('a', '<f4')], " + header, ""), "found one of records"},
      {npy_file("<c8", "(2,)", ""), "found numbers of type \"<c8\""},
      {npy_file("<f1", "(2,)", ""), "found numbers of type \"<f1\""},
      {npy_file("<u3", "(2,)", ""), "found numbers of type \"<u3\""},
      {npy_file("|u2", "(2,)", ""), "found numbers of type \"|u2\""},
      {npy_file("<U5", "(2,)", ""), "found numbers of type \"<U5\""},
      {npy_file("|u1", "()", "a"), "expected an array, found a single number"},
      {npy_file("|u1", "(2, -1)", "ab"), "expected a whole number, found \"-1)"},
      {npy_file("|u1", "(99999999999999999999,)", "ab"), "expected a whole number"},
      {npy_file("|u1", "(2, 0)", ""), "extent 0 of axis 1 makes no sense"},
      {npy_file("<f8", "(4294967296, 4294967296)", ""), "extent 4294967296 of axis 0 makes no sense"},
      {npy_file("|u1", "(1, 1, 1, 1, 1, 1, 1, 1, 1)", "a"), "expected 1 to 8 dimensions, found more"},
      {npy_file("|u1", "(2,)", "a"), "expected 2 bytes after the header, found 1"},
      {npy_file("|u1", "(2,)", "abc"), "expected 2 bytes after the header, found more"},
      {npy_with_header("{'descr': '|u1', 'fortran_order': Maybe, 'shape': (2,)}", ""), "expected \"False\""},
      {npy_with_header("{'descr': '|u1', 'order': 1, " + header, ""), "an unknown key \"order\""},
      {npy_with_header("{'descr': '|u1', " + header + "x", "ab"), "expected its end, found \"x\""},
      {npy_with_header("{'descr': '|u1', 'shape': (2,", ""), "expected a whole number"},
      {npy_with_header("{'descr: 1}", ""), "expected a text in quotes"},
  };
  for (const Damage& damage : damages) {
    const std::string message = npy_error(damage.bytes);
    INFO(message);
    CHECK(contains(message, "x.npy: "));
    CHECK(contains(message, damage.message));
  }
}

TEST_CASE("an .npy file that ends early is an error wherever it ends") {
  for (const char* name : {"bytes", "columns_first", "version2"}) {
    const std::string bytes = test::contents("tests/fuzz/seeds/npy/" + std::string(name) + ".npy");
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      INFO(name << " " << size);
      CHECK(contains(npy_error(bytes.substr(0, size)), "x.npy: "));
    }
  }
}
