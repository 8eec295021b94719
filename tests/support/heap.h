#pragma once

#include <cstddef>

namespace convoy::test {

/// How often the program has allocated from the heap so far: heap.cpp replaces operator new in every test binary.
std::size_t allocations();

}  // namespace convoy::test
