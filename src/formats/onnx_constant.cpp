#include "formats/onnx_constant.h"

#include <bit>
#include <cstring>
#include <fstream>
#include <limits>
#include <stdexcept>

#include "convoy/foreign_text.h"
#include "core/parse.h"

namespace convoy::formats::onnx {
namespace {

namespace fs = std::filesystem;

std::size_t bytes_each(ElementType type) {
  switch (type) {
    case ElementType::boolean:
    case ElementType::uint8:
    case ElementType::int8: return 1;
    case ElementType::uint16:
    case ElementType::int16:
    case ElementType::float16:
    case ElementType::bfloat16: return 2;
    case ElementType::float32:
    case ElementType::int32:
    case ElementType::uint32: return 4;
    case ElementType::int64:
    case ElementType::uint64:
    case ElementType::float64: return 8;
    default:
      throw std::runtime_error("has numbers of type " + std::to_string(static_cast<int>(type)) +
                               " of onnx.TensorProto, which convoy does not read");
  }
}

bool floating(ElementType type) {
  return type == ElementType::float32 || type == ElementType::float64 || type == ElementType::float16 ||
         type == ElementType::bfloat16;
}

/// IEEE 754's half, exactly.
float half(std::uint16_t bits) {
  const std::uint32_t sign = std::uint32_t{bits & 0x8000U} << 16U;
  const std::uint32_t exponent = (bits >> 10U) & 0x1FU;
  const std::uint32_t fraction = bits & 0x3FFU;
  if (exponent == 0) {
    const float small = static_cast<float>(fraction) * 0x1p-24F;
    return sign != 0 ? -small : small;
  }
  const std::uint32_t wide = exponent == 0x1F ? 0xFFU : exponent + 112;
  return std::bit_cast<float>(sign | (wide << 23U) | (fraction << 13U));
}

float upper_half(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16U); }

/// The number at an address, which may be odd. ONNX stores little-endian, as the machines are that convoy runs on.
template <class Number>
Number number_from(const char* at) {
  Number number;
  std::memcpy(&number, at, sizeof number);
  return number;
}

float float_from(const char* at, ElementType type) {
  switch (type) {
    case ElementType::float32: return number_from<float>(at);
    case ElementType::float64: return static_cast<float>(number_from<double>(at));
    case ElementType::float16: return half(number_from<std::uint16_t>(at));
    default: return upper_half(number_from<std::uint16_t>(at));
  }
}

std::int64_t integer_from(const char* at, ElementType type) {
  switch (type) {
    case ElementType::boolean:
    case ElementType::uint8: return number_from<std::uint8_t>(at);
    case ElementType::int8: return number_from<std::int8_t>(at);
    case ElementType::uint16: return number_from<std::uint16_t>(at);
    case ElementType::int16: return number_from<std::int16_t>(at);
    case ElementType::int32: return number_from<std::int32_t>(at);
    case ElementType::uint32: return number_from<std::uint32_t>(at);
    default: return number_from<std::int64_t>(at);
  }
}

std::uint64_t place_number(const StoredTensor& tensor, const std::string& key, std::uint64_t otherwise) {
  const auto found = tensor.place.find(key);
  if (found == tensor.place.end()) return otherwise;
  const auto number = number_in<std::uint64_t>(found->second);
  if (!number) throw std::runtime_error("has an external " + key + " that is no number: " + found->second);
  return *number;
}

/// The bytes of a tensor that lie in another file.
std::string external_bytes(const StoredTensor& tensor, std::size_t bytes, const fs::path& model) {
  const auto found = tensor.place.find("location");
  const std::string name = found == tensor.place.end() ? "" : found->second;
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos) {
    throw std::runtime_error("has its numbers in \"" + name + "\": expected the name of a file beside the model");
  }
  const fs::path file = model.parent_path() / name;
  std::error_code error;
  if (fs::symlink_status(file, error).type() != fs::file_type::regular) {
    throw std::runtime_error("has its numbers in " + file.string() + ", which is no file beside the model");
  }
  const std::uint64_t size = fs::file_size(file, error);
  const std::uint64_t offset = place_number(tensor, "offset", 0);
  const std::uint64_t length = place_number(tensor, "length", bytes);
  if (error || offset > size || bytes > size - offset || length != bytes) {
    throw std::runtime_error("takes " + std::to_string(bytes) + " bytes from byte " + std::to_string(offset) + " of " +
                             file.string() + ", got " + std::to_string(length) + " of a file of " +
                             std::to_string(size));
  }
  std::string content(bytes, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(offset));
  if (!stream.read(content.data(), static_cast<std::streamsize>(bytes))) {
    throw std::runtime_error("has its numbers in " + file.string() + ", which cannot be read");
  }
  return content;
}

void decode(Constant& constant, std::string_view bytes, ElementType type) {
  const std::size_t each = bytes_each(type);
  const std::size_t count = bytes.size() / each;
  if (constant.whole) {
    constant.integers.resize(count);
    for (std::size_t i = 0; i < count; ++i) constant.integers[i] = integer_from(bytes.data() + i * each, type);
  } else if (type == ElementType::float32) {
    constant.floats.resize(count);
    if (count > 0) std::memcpy(constant.floats.data(), bytes.data(), bytes.size());
  } else {
    constant.floats.resize(count);
    for (std::size_t i = 0; i < count; ++i) constant.floats[i] = float_from(bytes.data() + i * each, type);
  }
}

/// Those of the typed lists: halves are there as whole numbers.
void take_typed(Constant& constant, const StoredTensor& tensor) {
  if (constant.whole) {
    constant.integers = tensor.integers;
  } else if (tensor.type == ElementType::float32) {
    constant.floats = tensor.floats;
  } else if (tensor.type == ElementType::float64) {
    for (const double number : tensor.doubles) constant.floats.push_back(static_cast<float>(number));
  } else {
    for (const std::int64_t bits : tensor.integers) {
      const auto low = static_cast<std::uint16_t>(bits);
      constant.floats.push_back(tensor.type == ElementType::float16 ? half(low) : upper_half(low));
    }
  }
}

}  // namespace

std::vector<float> Constant::as_floats() const {
  if (!whole) return floats;
  std::vector<float> all;
  for (const std::int64_t number : integers) all.push_back(static_cast<float>(number));
  return all;
}

std::size_t count_of(const Extents& dims, std::size_t limit) {
  std::size_t count = 1;
  bool empty = false;
  for (const std::int64_t extent : dims) {
    if (extent < 0) throw std::runtime_error("has an extent of " + std::to_string(extent));
    empty = empty || extent == 0;
    if (extent > 0 && count > limit / static_cast<std::size_t>(extent)) {
      throw std::runtime_error("would have more than " + std::to_string(limit) + " numbers");
    }
    if (extent > 0) count *= static_cast<std::size_t>(extent);
  }
  return empty ? 0 : count;
}

Constant constant_of(const StoredTensor& tensor, const fs::path& model) {
  try {
    const std::size_t each = bytes_each(tensor.type);
    const std::size_t count = count_of(tensor.dims, std::numeric_limits<std::size_t>::max() / each);
    Constant constant{.dims = tensor.dims, .whole = !floating(tensor.type)};
    if (tensor.external) {
      decode(constant, external_bytes(tensor, count * each, model), tensor.type);
    } else if (!tensor.raw.empty()) {
      if (tensor.raw.size() != count * each) {
        throw std::runtime_error("has " + std::to_string(tensor.raw.size()) + " bytes, expected " +
                                 std::to_string(count * each));
      }
      decode(constant, tensor.raw, tensor.type);
    } else {
      take_typed(constant, tensor);
    }
    if (constant.size() != count) {
      throw std::runtime_error("has " + std::to_string(constant.size()) + " numbers, expected " +
                               std::to_string(count));
    }
    return constant;
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("tensor \"" + shown(std::string(tensor.name)) + "\" " + error.what());
  }
}

}  // namespace convoy::formats::onnx
