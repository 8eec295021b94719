#include "convoy/dataset.h"
#include "memory_file.h"
#include "support/image_files.h"
#include "target.h"

namespace {

void load(const std::string& bytes, int channels) {
  const convoy::test::MemoryFile file(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  convoy::test::expect_error_or_nothing([&] { convoy::load_image(file.path(), {28, 28, channels}); });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  load(bytes, 1);
  for (const int channels : {1, 3}) load(convoy::test::with_right_png_checksums(bytes), channels);
  return 0;
}
