#include "io/safetensors.h"

#include "checksum.h"
#include "memory_file.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace convoy;
  const test::MemoryFile file(data, size);
  test::expect_error_or_nothing([&] { read_safetensors(file.path()); });
  const auto bytes = test::with_right_checksum(data, size);
  const test::MemoryFile corrected(bytes.data(), bytes.size());
  return test::expect_error_or_nothing([&] { read_safetensors(corrected.path()); });
}
