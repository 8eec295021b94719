#include "convoy/shape.h"

#include <utility>

#include "convoy/error.h"

namespace convoy {

Shape::Shape(std::initializer_list<int> extents) : Shape(extents.begin(), extents.end()) {}

void Shape::append(long long extent) {
  if (rank_ == max_rank) throw Error(ErrorKind::config, "a shape has at most 4 extents");
  if (extent < 1 || !std::in_range<int>(extent)) {
    throw Error(ErrorKind::config, "a shape's extents are at least 1, got " + std::to_string(extent));
  }
  extents_[static_cast<std::size_t>(rank_++)] = static_cast<int>(extent);
}

std::size_t Shape::size() const {
  std::size_t product = 1;
  for (int axis = 0; axis < rank_; ++axis) product *= static_cast<std::size_t>((*this)[axis]);
  return product;
}

std::string Shape::text() const {
  if (rank_ == 0) return "scalar";
  std::string text = std::to_string((*this)[0]);
  for (int axis = 1; axis < rank_; ++axis) text += "x" + std::to_string((*this)[axis]);
  return text;
}

}  // namespace convoy
