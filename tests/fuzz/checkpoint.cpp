#include "io/checkpoint.h"

#include "checksum.h"
#include "convoy/run.h"
#include "memory_file.h"
#include "runs/progress.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace convoy;
  const auto bytes = test::with_right_checksum(data, size);
  const test::MemoryFile file(bytes.data(), bytes.size());
  test::expect_error_or_nothing([&] { config_of(file.path()); });
  test::expect_error_or_nothing([&] {
    Checkpoint checkpoint;
    load_checkpoint(file.path(), checkpoint);
  });
  return test::expect_error_or_nothing([&] { parse_progress({reinterpret_cast<const char*>(data), size}, "fuzz"); });
}
