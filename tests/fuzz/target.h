#pragma once

#include <cstddef>
#include <cstdint>

#include "convoy/error.h"

/// What libFuzzer, or the smoke test's driver, calls with any bytes at all.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace convoy::test {

/// Bad input may throw convoy's error, and nothing else.
template <class Work>
int expect_error_or_nothing(const Work& work) {
  try {
    work();
  } catch (const Error&) {
    return 0;
  }
  return 0;
}

}  // namespace convoy::test
