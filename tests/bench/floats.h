#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace convoy::kernels {

/// Allocates whole cache lines, as a session does: what crosses a line is timed too slow.
template <class T>
struct LineAllocator {
  using value_type = T;
  static constexpr std::align_val_t line{64};

  T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), line)); }
  void deallocate(T* p, std::size_t) { ::operator delete(p, line); }
  bool operator==(const LineAllocator&) const = default;
};

using Floats = std::vector<float, LineAllocator<float>>;

}  // namespace convoy::kernels
