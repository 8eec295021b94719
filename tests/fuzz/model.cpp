#include "convoy/model.h"

#include "checksum.h"
#include "convoy/inspect.h"
#include "memory_file.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = convoy::test::with_right_checksum(data, size);
  const convoy::test::MemoryFile file(bytes.data(), bytes.size());
  convoy::test::expect_error_or_nothing([&] { convoy::inspect(file.path()); });
  return convoy::test::expect_error_or_nothing([&] { convoy::Model::load(file.path(), 1); });
}
