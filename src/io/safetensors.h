#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/aligned_buffer.h"

/// The safetensors format: 8 bytes of little-endian header length, a JSON header {name: {dtype, shape, data_offsets},
/// "__metadata__": {text: text}}, and the numbers, little-endian, without gaps.
namespace convoy {

enum class DType { f32, f64, i64, i32, u8 };
std::string name_of(DType type);  ///< "F32"
std::size_t bytes_of(DType type);

/// A tensor in a file that was read; `bytes` belong to its TensorFile.
struct StoredTensor {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

struct TensorFile {
  std::vector<StoredTensor> tensors;  ///< in the order of the data
  std::map<std::string, std::string> metadata;
  AlignedBuffer<std::byte> data;

  /// Null when there is none of that name.
  const StoredTensor* find(const std::string& name) const;
};

/// A float32 tensor to be written.
struct TensorToWrite {
  std::string name;
  std::vector<std::int64_t> shape;
  std::span<const float> values;
};

using Metadata = std::map<std::string, std::string>;

/// Reads a whole file, trusting nothing in it. Throws Error{data} naming the file and what is wrong.
TensorFile read_safetensors(const std::filesystem::path& file);

/// Replaces the file as one step. Throws Error{failed}.
void write_safetensors(const std::filesystem::path& file, std::span<const TensorToWrite> tensors,
                       const Metadata& metadata);

}  // namespace convoy
