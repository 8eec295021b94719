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

/// The types of numbers that are read.
enum class DType { f32, f64, f16, bf16, i64, i32, u8 };
std::string name_of(DType type);   ///< "F32"
std::size_t bytes_of(DType type);  ///< the size of one number

/// A tensor of a file that was read; `bytes` are a part of its TensorFile's data.
struct StoredTensor {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

/// A file of tensors in memory.
struct TensorFile {
  std::vector<StoredTensor> tensors;  ///< in the order of the data
  std::map<std::string, std::string> metadata;
  AlignedBuffer<std::byte> data;

  /// The tensor of that name; null where there is none.
  const StoredTensor* find(const std::string& name) const;
};

/// A tensor to be written, float32 or int64; the values are memory of others.
struct TensorToWrite {
  std::string name;
  std::vector<std::int64_t> shape;
  std::span<const float> values;
  std::span<const std::int64_t> integers = {};  ///< written where there are any, in place of `values`
};

using Metadata = std::map<std::string, std::string>;

/// Reads a whole file and checks everything in it, with its checksum if it has one. Throws Error{data} that names the
/// file and what is wrong.
TensorFile read_safetensors(const std::filesystem::path& file);

/// Writes the tensors, the metadata and a checksum in place of the file, atomically. Throws Error{failed}.
void write_safetensors(const std::filesystem::path& file, std::span<const TensorToWrite> tensors,
                       const Metadata& metadata);

}  // namespace convoy
