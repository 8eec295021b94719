#include "data/idx.h"

#include "data/array_samples.h"
#include "memory_file.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const convoy::test::MemoryFile file(data, size);
  const auto read = [&] { return convoy::NamedArray{file.path(), convoy::read_idx(file.path())}; };
  convoy::Texts notes;
  convoy::test::expect_error_or_nothing([&] { convoy::array_samples(read(), {.transpose = size % 2 == 0}, notes); });
  return convoy::test::expect_error_or_nothing([&] { convoy::array_labels(read(), 0); });
}
