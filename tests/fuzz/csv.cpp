#include "data/csv_table.h"
#include "memory_file.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const convoy::test::MemoryFile file(data, size);
  for (const auto values : {convoy::CsvValues::bytes, convoy::CsvValues::floats}) {
    convoy::test::expect_error_or_nothing([&] { convoy::read_csv_table(file.path(), {.values = values}); });
  }
  return 0;
}
