#pragma once

#include <cstddef>

namespace convoy::test {

/// How often the program has allocated from the heap so far. Counts in binaries that link allocations.cpp, which
/// replaces operator new.
std::size_t allocations();

}  // namespace convoy::test
