#include "io/sha256.h"

#include <doctest/doctest.h>

#include "support/errors.h"
#include "support/files.h"
#include "support/temporary_folder.h"

using namespace convoy;

TEST_CASE("SHA-256 gives the known answers of FIPS 180-4's examples") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("the SHA-256 of a file is that of its bytes, whatever its length") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "x";
  for (const std::size_t size : {0U, 1U, 55U, 56U, 63U, 64U, 65U, 65535U, 65536U, 65537U, 131072U, 200000U}) {
    std::string bytes(size, 'a');
    if (size > 0) bytes.back() = 'b';
    test::write(file, bytes);
    CHECK(sha256_of_file(file) == sha256(bytes));
  }
  CHECK(test::error_of(ErrorKind::data, [&] { sha256_of_file(folder.path() / "none"); }).ends_with("cannot be read"));
}
