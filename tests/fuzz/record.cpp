#include "io/run_record.h"
#include "memory_file.h"
#include "report/comparison.h"
#include "report/report.h"
#include "report/tensorboard.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace convoy;
  const test::MemoryFile file(data, size);
  return test::expect_error_or_nothing([&] {
    RunRecord record;
    read_events(file.path(), record);
    html(Report{.title = "fuzz", .record = record});
    html(Comparison{"fuzz", {{"group", {}, {record, record}}}});
    tensorboard_events(record);
  });
}
