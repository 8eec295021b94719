#include "io/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <fstream>
#include <new>
#include <nlohmann/json.hpp>

#include "convoy/foreign_text.h"
#include "core/fail.h"
#include "core/file_state.h"
#include "core/value_text.h"
#include "io/atomic_file.h"
#include "io/checksum.h"
#include "io/json_guard.h"

namespace convoy {
namespace {

static_assert(std::endian::native == std::endian::little, "the file's numbers are little-endian");

using Json = nlohmann::json;  // ordered_json would look each name up by walking through all of them

constexpr std::uint64_t most_header_bytes = 100'000'000;  // as the reference implementation
constexpr std::size_t data_alignment = 64;

/// A type of numbers, its name in a header, and the size of a number.
struct TypeName {
  DType type;
  const char* name;
  std::size_t bytes;
};
constexpr std::array types = {TypeName{DType::f32, "F32", 4}, TypeName{DType::f64, "F64", 8},
                              TypeName{DType::f16, "F16", 2}, TypeName{DType::bf16, "BF16", 2},
                              TypeName{DType::i64, "I64", 8}, TypeName{DType::i32, "I32", 4},
                              TypeName{DType::u8, "U8", 1}};

/// The JSON object of a header. Throws Error{data} where it is damaged.
Json parse_header(const std::filesystem::path& file, const std::string& text) {
  Json header;
  try {
    guard_json(text);
    header = Json::parse(text);
  } catch (const std::bad_alloc&) {
    throw;  // no fault of the file
  } catch (const std::exception& error) {
    fail(file, "damaged header: " + brief(error.what(), 200));
  }
  if (!header.is_object()) fail(file, "damaged header: expected a JSON object");
  return header;
}

/// A whole number of at least 0 from a tensor's entry. Throws Error{data} for anything else.
std::int64_t whole_number(const std::filesystem::path& file, const std::string& tensor, const Json& value) {
  if (!value.is_number_integer() || (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) ||
      value.get<std::int64_t>() < 0) {
    fail(file, "tensor " + in_quotes(tensor) + ": expected whole numbers of 0 or more");
  }
  return value.get<std::int64_t>();
}

/// The type that a tensor's entry names. Throws Error{data} for another.
DType parse_type(const std::filesystem::path& file, const std::string& tensor, const Json& value) {
  const std::string name = value.is_string() ? value.get<std::string>() : "";
  for (const auto& type : types) {
    if (name == type.name) return type.type;
  }
  fail(file,
       "tensor " + in_quotes(tensor) + ": dtype " + in_quotes(name) + " is not F32, F64, F16, BF16, I64, I32 or U8");
}

/// The bytes that dtype and shape need, 0 where an extent is 0. Throws Error{data} where the number overflows.
std::uint64_t needed_bytes(const std::filesystem::path& file, const StoredTensor& tensor) {
  std::uint64_t bytes = bytes_of(tensor.dtype);
  for (const std::int64_t extent : tensor.shape) {
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes)) {
      fail(file, "tensor " + in_quotes(tensor.name) + ": its shape is too large");
    }
  }
  return bytes;
}

/// A tensor from its entry in the header; its bytes are a part of `data`. Throws Error{data} where they do not fit.
StoredTensor read_entry(const std::filesystem::path& file, const std::string& name, const Json& entry,
                        std::span<const std::byte> data) {
  for (const char* key : {"dtype", "shape", "data_offsets"}) {
    if (!entry.is_object() || !entry.contains(key)) fail(file, "tensor " + in_quotes(name) + ": no " + key);
  }
  StoredTensor tensor{.name = name, .dtype = parse_type(file, name, entry["dtype"]), .shape = {}, .bytes = {}};
  const Json& shape = entry["shape"];
  const Json& offsets = entry["data_offsets"];
  if (!shape.is_array() || shape.size() > 8)
    fail(file, "tensor " + in_quotes(name) + ": shape is no list of up to 8 numbers");
  if (!offsets.is_array() || offsets.size() != 2)
    fail(file, "tensor " + in_quotes(name) + ": data_offsets are no two numbers");
  for (const Json& extent : shape) tensor.shape.push_back(whole_number(file, name, extent));
  const auto begin = static_cast<std::uint64_t>(whole_number(file, name, offsets[0]));
  const auto end = static_cast<std::uint64_t>(whole_number(file, name, offsets[1]));
  if (begin > end || end > data.size()) {
    fail(file, "tensor " + in_quotes(name) + ": bytes " + std::to_string(begin) + " to " + std::to_string(end) +
                   " of " + std::to_string(data.size()) + "; the file may be cut short");
  }
  const std::uint64_t needed = needed_bytes(file, tensor);
  if (needed != end - begin) {
    fail(file, "tensor " + in_quotes(name) + ": " + std::to_string(end - begin) + " bytes, its shape needs " +
                   std::to_string(needed));
  }
  tensor.bytes = data.subspan(begin, end - begin);
  return tensor;
}

/// Sorts the tensors by their data, and throws Error{data} unless these cover `data` without gaps and overlaps.
void sort_and_check_no_gaps(const std::filesystem::path& file, std::vector<StoredTensor>& tensors,
                            std::span<const std::byte> data) {
  std::ranges::stable_sort(
      tensors, {}, [&](const StoredTensor& tensor) { return std::pair(tensor.bytes.data(), tensor.bytes.size()); });
  std::size_t expected = 0;
  for (const StoredTensor& tensor : tensors) {
    if (tensor.bytes.empty()) continue;
    const auto begin = static_cast<std::size_t>(tensor.bytes.data() - data.data());
    if (begin != expected) fail(file, "tensor " + in_quotes(tensor.name) + ": its bytes overlap others or leave a gap");
    expected += tensor.bytes.size();
  }
  if (expected != data.size()) fail(file, std::to_string(data.size() - expected) + " bytes belong to no tensor");
}

/// The header's "__metadata__". Throws Error{data} unless it is an object of texts.
Metadata parse_metadata(const std::filesystem::path& file, const Json& json) {
  Metadata metadata;
  if (!json.is_object()) fail(file, "damaged header: __metadata__ is no object");
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) fail(file, "damaged header: metadata " + in_quotes(key) + " is no text");
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

/// Reads the header's length from the stream. Throws Error{data} where it does not fit the file's size.
std::uint64_t read_length(const std::filesystem::path& file, std::ifstream& stream, std::uint64_t file_bytes) {
  std::uint64_t length{};
  if (file_bytes < sizeof length) fail(file, "too short for a model file");
  stream.read(reinterpret_cast<char*>(&length), sizeof length);
  if (length > most_header_bytes || length > file_bytes - sizeof length) {
    fail(file, "not a safetensors file, or cut short: a header of " + std::to_string(length) + " bytes in a file of " +
                   std::to_string(file_bytes));
  }
  return length;
}

/// Reads `bytes` bytes from the stream. Throws Error{data} where there are fewer, or not enough memory.
AlignedBuffer<std::byte> read_data(const std::filesystem::path& file, std::ifstream& stream, std::uint64_t bytes) {
  AlignedBuffer<std::byte> data;
  try {
    data = AlignedBuffer<std::byte>(bytes);
  } catch (const std::bad_alloc&) {
    fail(file, std::to_string(bytes >> 20U) + " MB of data, more than there is memory for");
  }
  stream.read(reinterpret_cast<char*>(data.data()), static_cast<std::streamsize>(bytes));
  if (!stream) fail(file, "cannot be read to its end");
  return data;
}

std::string_view view_of(const void* bytes, std::size_t size) { return {static_cast<const char*>(bytes), size}; }

/// Throws Error{data} where the metadata has a checksum and it is not that of the file's bytes.
void verify_checksum(const std::filesystem::path& file, std::string header, const TensorFile& read) {
  const auto entry = read.metadata.find(checksum_key);
  if (entry == read.metadata.end()) return;
  const std::string& digits = entry->second;
  const std::string blank = blank_checksum;
  const auto place = checksum_place(header, digits);
  if (!place || digits.size() != blank.size()) fail(file, "damaged: its checksum is no checksum: " + in_quotes(digits));
  header.replace(*place, digits.size(), blank);
  const std::uint64_t length = header.size();
  const std::array pieces = {view_of(&length, sizeof length), std::string_view(header),
                             view_of(read.data.data(), read.data.size())};
  const std::string sum = checksum_of(pieces);
  if (sum == digits) return;
  fail(file, "damaged: its checksum is " + digits + ", its bytes give " + sum +
                 "; the file was changed or damaged after it was written");
}

}  // namespace

std::string name_of(DType type) { return std::ranges::find(types, type, &TypeName::type)->name; }

std::size_t bytes_of(DType type) { return std::ranges::find(types, type, &TypeName::type)->bytes; }

const StoredTensor* TensorFile::find(const std::string& name) const {
  const auto found = std::ranges::find(tensors, name, &StoredTensor::name);
  return found == tensors.end() ? nullptr : &*found;
}

TensorFile read_safetensors(const std::filesystem::path& file) {
  if (const std::string why = why_unreadable(file); !why.empty()) fail(file, why);
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail(file, "cannot be read");
  const std::uint64_t file_bytes = std::filesystem::file_size(file);
  std::string text(read_length(file, stream, file_bytes), '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  const Json header = parse_header(file, text);
  TensorFile result;
  result.data = read_data(file, stream, file_bytes - sizeof(std::uint64_t) - text.size());
  const std::span<const std::byte> data(result.data.data(), result.data.size());
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      result.metadata = parse_metadata(file, entry);
    } else {
      result.tensors.push_back(read_entry(file, name, entry, data));
    }
  }
  verify_checksum(file, std::move(text), result);
  sort_and_check_no_gaps(file, result.tensors, data);
  return result;
}

void write_safetensors(const std::filesystem::path& file, std::span<const TensorToWrite> tensors,
                       const Metadata& metadata) {
  auto header = nlohmann::ordered_json::object();
  header["__metadata__"] = metadata;
  header["__metadata__"][checksum_key] = blank_checksum;
  std::uint64_t offset = 0;
  std::vector<std::string_view> pieces(2);
  for (const TensorToWrite& tensor : tensors) {
    const bool whole = !tensor.integers.empty();
    pieces.push_back(whole ? view_of(tensor.integers.data(), tensor.integers.size_bytes())
                           : view_of(tensor.values.data(), tensor.values.size_bytes()));
    const std::uint64_t end = offset + pieces.back().size();
    header[tensor.name] = {{"dtype", whole ? "I64" : "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = json_text(header);
  text.append((data_alignment - (sizeof(std::uint64_t) + text.size()) % data_alignment) % data_alignment, ' ');
  const std::uint64_t length = text.size();
  pieces[0] = view_of(&length, sizeof length);
  pieces[1] = text;
  const std::string sum = checksum_of(pieces);
  text.replace(checksum_place(text, blank_checksum).value(), sum.size(), sum);
  write_file_atomically(file, pieces);
}

}  // namespace convoy
