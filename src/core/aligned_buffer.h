#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>

namespace convoy {

/// An array of numbers that are 0 at first, aligned to 64 bytes, one cache line and one AVX-512 vector. Arrays of 4 MB
/// or more ask the system for huge pages.
template <class T>
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  /// Throws std::bad_alloc where there is not enough memory.
  explicit AlignedBuffer(std::size_t count);

  /// Gives the memory of a large array back to the system until it is used again: nobody needs what is in it.
  void forget();

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  std::span<T> span() { return {data(), size_}; }
  std::span<const T> span() const { return {data(), size_}; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }

 private:
  struct Free {
    std::align_val_t alignment{};
    void operator()(T* p) const;
  };
  std::unique_ptr<T[], Free> data_;
  std::size_t size_ = 0;
};

/// The count of floats rounded up to whole cache lines.
constexpr std::size_t round_to_line(std::size_t floats) { return (floats + 15) / 16 * 16; }

}  // namespace convoy
