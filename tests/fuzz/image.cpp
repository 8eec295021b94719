#include "convoy/dataset.h"
#include "memory_file.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const convoy::test::MemoryFile file(data, size);
  for (const int channels : {1, 3}) {
    convoy::test::expect_error_or_nothing([&] { convoy::load_image(file.path(), {28, 28, channels}); });
  }
  return 0;
}
