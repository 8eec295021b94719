#include "formats/torch.h"

#include <span>

#include "convoy/layers.h"
#include "formats/torch_pickle.h"
#include "memory_file.h"
#include "target.h"

/// The bytes are read as a file, and as the pickle in one, which the checksum of a zip else shields.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace convoy;
  static const Network network(
      {6, 6, 2}, {Conv2D{.filters = 4, .kernel = 3, .padding = 1, .use_bias = false}, BatchNorm{.preset = "torch"},
                  MaxPool2D{}, Conv2DTranspose{.filters = 3, .kernel = 2, .stride = 2}, DepthwiseConv2D{.kernel = 3},
                  PReLU{.slopes = "channel"}, Flatten{}, Dense{.units = 3}});
  const test::MemoryFile file(data, size);
  test::expect_error_or_nothing([&] {
    if (formats::torch_format().recognises(file.path())) formats::read_torch_weights(file.path(), network);
  });
  return test::expect_error_or_nothing(
      [&] { formats::read_state_dict(std::as_bytes(std::span(data, size)), "pickle"); });
}
