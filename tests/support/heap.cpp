#include "support/heap.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

/// Replaces operator new: counts the blocks, and ends each with guard bytes that must be whole when it is deleted, so
/// that a kernel that writes past the end of an array fails its test in a Release build too. (AddressSanitizer sees
/// more, but not each test runs under it.)
namespace {

std::atomic<std::size_t> allocations_made{0};

#ifdef CONVOY_TEST_SANITIZED
constexpr bool guarded = false;  // the sanitizer has its own guards
#else
constexpr bool guarded = true;
#endif
constexpr std::size_t guard_bytes = guarded ? 64 : 0;  // an AVX-512 vector
constexpr unsigned char guard_value = 0xa5;
constexpr std::size_t usual = alignof(std::max_align_t);

/// The bytes before a block, which hold its size.
std::size_t head_bytes(std::size_t alignment) { return guarded ? std::max(alignment, usual) : 0; }

/// Null when there is no memory.
void* try_allocate(std::size_t bytes, std::size_t alignment) {
  ++allocations_made;
  const std::size_t head = head_bytes(alignment);
  void* memory = nullptr;
  if (posix_memalign(&memory, std::max(alignment, usual), head + bytes + guard_bytes) != 0) return nullptr;
  if (guarded) std::memcpy(memory, &bytes, sizeof bytes);
  unsigned char* block = static_cast<unsigned char*>(memory) + head;
  std::fill_n(block + bytes, guard_bytes, guard_value);
  return block;
}

void* allocate(std::size_t bytes, std::size_t alignment) {
  if (void* memory = try_allocate(bytes, alignment)) return memory;
  throw std::bad_alloc();
}

void release(void* p, std::size_t alignment) {
  if (p == nullptr || !guarded) return std::free(p);
  const auto* block = static_cast<unsigned char*>(p);
  unsigned char* memory = static_cast<unsigned char*>(p) - head_bytes(alignment);
  std::size_t bytes = 0;
  std::memcpy(&bytes, memory, sizeof bytes);
  const auto whole = [](unsigned char byte) { return byte == guard_value; };
  if (!std::all_of(block + bytes, block + bytes + guard_bytes, whole)) {
    std::fprintf(stderr, "written past the end of a block of %zu bytes\n", bytes);
    std::abort();
  }
  std::free(memory);
}

std::size_t number_of(std::align_val_t alignment) { return static_cast<std::size_t>(alignment); }

}  // namespace

std::size_t convoy::test::allocations() { return allocations_made; }

void* operator new(std::size_t bytes) { return allocate(bytes, usual); }
void* operator new[](std::size_t bytes) { return allocate(bytes, usual); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return try_allocate(bytes, usual); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return try_allocate(bytes, usual); }
void* operator new(std::size_t bytes, std::align_val_t a) { return allocate(bytes, number_of(a)); }
void* operator new[](std::size_t bytes, std::align_val_t a) { return allocate(bytes, number_of(a)); }
void operator delete(void* p) noexcept { release(p, usual); }
void operator delete[](void* p) noexcept { release(p, usual); }
void operator delete(void* p, std::size_t) noexcept { release(p, usual); }
void operator delete[](void* p, std::size_t) noexcept { release(p, usual); }
void operator delete(void* p, std::align_val_t a) noexcept { release(p, number_of(a)); }
void operator delete[](void* p, std::align_val_t a) noexcept { release(p, number_of(a)); }
void operator delete(void* p, std::size_t, std::align_val_t a) noexcept { release(p, number_of(a)); }
void operator delete[](void* p, std::size_t, std::align_val_t a) noexcept { release(p, number_of(a)); }
