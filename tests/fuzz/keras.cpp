#include "formats/keras.h"

#include "convoy/model.h"
#include "graph/network.h"
#include "memory_file.h"
#include "target.h"

/// As a file of a network, and as weights of one.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace convoy;
  static const Network into({8, 8, 1}, {Conv2D{.filters = 4, .kernel = 3}, BatchNorm{.scale = false}, MaxPool2D{},
                                        Flatten{}, Dense{.units = 3}});
  const test::MemoryFile file(data, size);
  const formats::Format keras = formats::keras_format();
  test::expect_error_or_nothing([&] {
    if (keras.recognises(file.path())) keras.read(file.path());
  });
  return test::expect_error_or_nothing([&] { keras.read_weights(file.path(), into); });
}
