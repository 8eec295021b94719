#include "data/idx.h"

#include "data/idx_samples.h"
#include "memory_file.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const convoy::test::MemoryFile file(data, size);
  const auto read = [&] { return convoy::read_idx(file.path()); };
  convoy::Texts notes;
  convoy::test::expect_error_or_nothing([&] { convoy::idx_samples(read(), size % 2 == 0, file.path(), notes); });
  return convoy::test::expect_error_or_nothing([&] { convoy::idx_labels(read(), 0, file.path()); });
}
