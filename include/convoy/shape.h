#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>

namespace convoy {

/// The extents of a tensor, outermost first, of rank 0 to 4. A sample's shape has no batch extent: an image is height x
/// width x channels ("channels last"), a feature vector is one number.
class Shape {
 public:
  static constexpr int max_rank = 4;

  Shape() = default;
  /// Throws Error{config} for more than four extents or an extent below 1.
  Shape(std::initializer_list<int> extents);
  /// A shape of the extents from `first` to `last`, with the same errors.
  template <class Iterator>
  Shape(Iterator first, Iterator last) {
    for (; first != last; ++first) append(static_cast<long long>(*first));
  }

  int rank() const { return rank_; }
  int operator[](int axis) const { return extents_[static_cast<std::size_t>(axis)]; }
  const int* begin() const { return extents_.data(); }
  const int* end() const { return begin() + rank_; }
  /// The innermost extent, an image's channels; 1 for rank 0.
  int last() const { return rank_ == 0 ? 1 : (*this)[rank_ - 1]; }
  /// The product of the extents; 1 for rank 0.
  std::size_t size() const;
  /// The shape as "28x28x1"; "scalar" for rank 0.
  std::string text() const;

  bool operator==(const Shape&) const = default;

 private:
  /// Adds an extent at the end. Throws Error{config} where it is not from 1 to 2^31 - 1, or the fifth.
  void append(long long extent);

  std::array<int, max_rank> extents_{};
  int rank_ = 0;
};

}  // namespace convoy
