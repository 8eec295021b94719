#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "formats/onnx_proto.h"

namespace convoy::formats::onnx {

/// A tensor that does not depend on the sample: either floating-point or whole numbers.
struct Constant {
  Extents dims;
  bool whole = false;
  std::vector<float> floats = {};           ///< unless whole
  std::vector<std::int64_t> integers = {};  ///< if whole; 0 and 1 for a boolean

  std::size_t size() const { return whole ? integers.size() : floats.size(); }
  double at(std::size_t i) const { return whole ? static_cast<double>(integers[i]) : double{floats[i]}; }
  /// All numbers as floats.
  std::vector<float> as_floats() const;
};

using ConstantPtr = std::shared_ptr<const Constant>;

/// The product of extents. Throws std::runtime_error where one is negative, or where there are more than `limit`.
std::size_t count_of(const Extents& dims, std::size_t limit);

/// The numbers of a stored tensor. External data are read from a file beside `model`, of a plain name, no link, and
/// within its size. Throws std::runtime_error for other types, and where there are more or fewer numbers than `dims`
/// say.
Constant constant_of(const StoredTensor& tensor, const std::filesystem::path& model);

}  // namespace convoy::formats::onnx
