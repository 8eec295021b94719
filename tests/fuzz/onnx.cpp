#include "formats/onnx.h"

#include "memory_file.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const convoy::test::MemoryFile file(data, size);
  return convoy::test::expect_error_or_nothing([&] { convoy::formats::onnx::read(file.path()); });
}
