#include "convoy/inspect.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/half_float.h"
#include "io/model_file.h"

namespace convoy {
namespace {

/// The value number `i` of a tensor whose values are of type T.
template <class T>
T number_at(const StoredTensor& tensor, std::size_t i) {
  T value;
  std::memcpy(&value, tensor.bytes.data() + i * sizeof(T), sizeof(T));
  return value;
}

/// The value number `i` of a tensor, as a double.
double value_at(const StoredTensor& tensor, std::size_t i) {
  switch (tensor.dtype) {
    case DType::f32: return static_cast<double>(number_at<float>(tensor, i));
    case DType::f64: return number_at<double>(tensor, i);
    case DType::f16: return static_cast<double>(from_half(number_at<std::uint16_t>(tensor, i)));
    case DType::bf16: return static_cast<double>(from_bfloat16(number_at<std::uint16_t>(tensor, i)));
    case DType::i64: return static_cast<double>(number_at<std::int64_t>(tensor, i));
    case DType::i32: return number_at<std::int32_t>(tensor, i);
    case DType::u8: break;
  }
  return number_at<std::uint8_t>(tensor, i);
}

/// The tensor's shape; empty for a rank above that of Shape, and where an extent is 0.
Shape shape_of(const StoredTensor& tensor) {
  if (tensor.shape.size() > Shape::max_rank || std::ranges::find(tensor.shape, 0) != tensor.shape.end()) return {};
  return {tensor.shape.begin(), tensor.shape.end()};
}

/// The tensor's name, type, shape and the statistics of its finite values.
TensorInfo describe(const StoredTensor& tensor) {
  TensorInfo info{.name = tensor.name, .dtype = name_of(tensor.dtype), .shape = shape_of(tensor)};
  const std::size_t count = tensor.bytes.size() / bytes_of(tensor.dtype);
  double sum = 0;
  double squares = 0;
  std::size_t finite = 0;
  info.min = std::numeric_limits<double>::infinity();
  info.max = -info.min;
  for (std::size_t i = 0; i < count; ++i) {
    const double value = value_at(tensor, i);
    if (!std::isfinite(value)) continue;
    ++finite;
    sum += value;
    squares += value * value;
    info.min = std::min(info.min, value);
    info.max = std::max(info.max, value);
  }
  info.not_finite = static_cast<std::int64_t>(count - finite);
  if (finite == 0) {
    info.min = info.max = 0;
    return info;
  }
  info.mean = sum / static_cast<double>(finite);
  info.deviation = std::sqrt(std::max(0.0, squares / static_cast<double>(finite) - info.mean * info.mean));
  return info;
}

}  // namespace

ModelInfo inspect(const std::filesystem::path& model_file) {
  const TensorFile file = read_safetensors(model_file);
  if (file.metadata.contains("format")) ModelMetadata::from(file, model_file);  // throws for damage
  ModelInfo info;
  for (const StoredTensor& tensor : file.tensors) info.tensors.push_back(describe(tensor));
  info.metadata.assign(file.metadata.begin(), file.metadata.end());
  return info;
}

}  // namespace convoy
