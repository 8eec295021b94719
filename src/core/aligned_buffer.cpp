#include "core/aligned_buffer.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace convoy {
namespace {

constexpr std::size_t cache_line = 64;
constexpr std::size_t huge_page = std::size_t{2} << 20;

}  // namespace

template <class T>
AlignedBuffer<T>::AlignedBuffer(std::size_t count) : size_(count) {
  if (count == 0) return;
  const std::size_t bytes = count * sizeof(T);
  const bool large = bytes >= 2 * huge_page;
  const std::size_t alignment = large ? huge_page : cache_line;
  const std::size_t rounded = (bytes + cache_line - 1) / cache_line * cache_line;
  void* memory = nullptr;
  if (posix_memalign(&memory, alignment, rounded) != 0) throw std::bad_alloc();
  if (large) madvise(memory, rounded / huge_page * huge_page, MADV_HUGEPAGE);
  std::memset(memory, 0, rounded);
  data_.reset(static_cast<T*>(memory));
}

template <class T>
void AlignedBuffer<T>::Free::operator()(T* p) const {
  std::free(p);
}

template class AlignedBuffer<float>;
template class AlignedBuffer<double>;
template class AlignedBuffer<std::uint8_t>;
template class AlignedBuffer<std::int32_t>;
template class AlignedBuffer<std::byte>;

}  // namespace convoy
