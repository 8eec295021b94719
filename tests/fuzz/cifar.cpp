#include "data/cifar_records.h"
#include "memory_file.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const convoy::test::MemoryFile file(data, size);
  for (const auto kind : {convoy::CifarKind::ten, convoy::CifarKind::hundred_fine, convoy::CifarKind::hundred_coarse}) {
    convoy::test::expect_error_or_nothing([&] { convoy::read_cifar({file.path()}, kind); });
    convoy::test::expect_error_or_nothing([&] { convoy::read_class_names(file.path(), kind); });
  }
  return 0;
}
