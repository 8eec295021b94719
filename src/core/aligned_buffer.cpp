#include "core/aligned_buffer.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstring>
#include <new>

namespace convoy {
namespace {

constexpr std::size_t cache_line = 64;
constexpr std::size_t huge_page = std::size_t{2} << 20;

/// Whether an array of so many bytes begins with a huge page.
bool is_large(std::size_t bytes) { return bytes >= 2 * huge_page; }

/// The bytes of the huge pages that are in an array alone.
std::size_t whole_pages(std::size_t bytes) { return bytes / huge_page * huge_page; }

}  // namespace

template <class T>
AlignedBuffer<T>::AlignedBuffer(std::size_t count) : size_(count) {
  if (count == 0) return;
  const std::size_t bytes = count * sizeof(T);
  const bool large = is_large(bytes);
  const std::align_val_t alignment{large ? huge_page : cache_line};
  void* memory = ::operator new(bytes, alignment);
  if (large) madvise(memory, whole_pages(bytes), MADV_HUGEPAGE);
  std::memset(memory, 0, bytes);
  data_ = {static_cast<T*>(memory), Free{alignment}};
}

template <class T>
void AlignedBuffer<T>::forget() {
  const std::size_t bytes = size_ * sizeof(T);
  if (is_large(bytes)) madvise(data(), whole_pages(bytes), MADV_DONTNEED);
}

template <class T>
void AlignedBuffer<T>::Free::operator()(T* p) const {
  ::operator delete(p, alignment);
}

template class AlignedBuffer<float>;
template class AlignedBuffer<double>;
template class AlignedBuffer<std::uint8_t>;
template class AlignedBuffer<std::int32_t>;
template class AlignedBuffer<std::byte>;

}  // namespace convoy
