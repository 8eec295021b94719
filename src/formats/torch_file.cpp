#include "formats/torch_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>

#include "core/fail.h"
#include "core/half_float.h"
#include "core/value_text.h"
#include "formats/torch_archive.h"

namespace convoy::formats {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t most_pickle_bytes = 16U << 20U;
constexpr std::string_view zip_begins = "PK\x03\x04";
/// How a file of torch.save began before version 1.6: a pickled number.
constexpr std::string_view old_torch_begins = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";

std::string first_bytes(const fs::path& file) {
  std::string bytes(512, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  return bytes;
}

/// Eight bytes of a length that is not larger than the file, then a JSON object.
bool begins_as_safetensors(const std::string& bytes, std::uint64_t file_bytes) {
  std::uint64_t length = 0;
  if (bytes.size() <= sizeof length) return false;
  std::memcpy(&length, bytes.data(), sizeof length);
  return bytes[sizeof length] == '{' && length < file_bytes;
}

/// The first entry of what torch.save writes is data.pkl, in a folder.
bool begins_as_torch_zip(const std::string& bytes) {
  constexpr std::size_t name_length_at = 26;
  constexpr std::size_t name_at = 30;
  if (!bytes.starts_with(zip_begins) || bytes.size() < name_at) return false;
  const auto length = static_cast<std::size_t>(static_cast<unsigned char>(bytes[name_length_at])) |
                      static_cast<std::size_t>(static_cast<unsigned char>(bytes[name_length_at + 1])) << 8U;
  return bytes.substr(name_at, length).ends_with("/data.pkl");
}

/// The strides of numbers that lie in the order of their indices. Without any number the extents may be of any size.
std::vector<std::int64_t> row_major(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  if (std::ranges::find(shape, 0) != shape.end()) return strides;
  for (std::size_t axis = shape.size(); axis-- > 1;) {
    strides[axis - 1] = strides[axis] * shape[axis];
  }
  return strides;
}

TorchType torch_type_of(DType type) {
  switch (type) {
    case DType::f16: return TorchType::f16;
    case DType::bf16: return TorchType::bf16;
    case DType::f64: return TorchType::f64;
    case DType::i64: return TorchType::i64;
    case DType::i32: return TorchType::i32;
    case DType::u8: return TorchType::u8;
    default: return TorchType::f32;
  }
}

TorchFile from_safetensors(const fs::path& file) {
  TorchFile read{.safetensors = read_safetensors(file)};
  const auto format = read.safetensors.metadata.find("format");
  if (format != read.safetensors.metadata.end() && format->second == "convoy") {
    fail(file, "is convoy's own model already; use it as it is");
  }
  for (const StoredTensor& stored : read.safetensors.tensors) {
    read.tensors.push_back({.name = stored.name,
                            .type = torch_type_of(stored.dtype),
                            .shape = stored.shape,
                            .strides = row_major(stored.shape),
                            .bytes = stored.bytes});
  }
  if (read.tensors.empty()) fail(file, "holds no tensors");
  return read;
}

/// The bytes of the storage that a tensor lies in, read with the first of its tensors.
std::span<const std::byte> storage_of(const PickledTensor& tensor, TorchArchive& archive, TorchFile& read,
                                      const fs::path& file) {
  auto found = read.storages.find(tensor.storage);
  if (found == read.storages.end()) {
    const std::string entry = "data/" + tensor.storage;
    found = read.storages.emplace(tensor.storage, archive.read(entry, UINT64_MAX)).first;
  }
  const std::vector<std::byte>& bytes = found->second;
  if (static_cast<std::uint64_t>(tensor.storage_size) > bytes.size() / bytes_of(tensor.type)) {
    fail(file, "tensor " + in_quotes(tensor.name) + ": its storage has " + std::to_string(bytes.size()) +
                   " bytes, expected " + std::to_string(tensor.storage_size) + " numbers of " + name_of(tensor.type));
  }
  return bytes;
}

/// Files for machines whose bytes are in another order name theirs.
void require_little_endian(TorchArchive& archive, const fs::path& file) {
  if (!archive.has("byteorder")) return;
  const std::vector<std::byte> order = archive.read("byteorder", 16);
  const std::string_view text(reinterpret_cast<const char*>(order.data()), order.size());
  if (text != "little")
    fail(file, "its numbers are of byte order " + in_quotes(std::string(text)) + ", expected little");
}

TorchFile from_torch_zip(const fs::path& file) {
  TorchArchive archive(file);
  if (archive.has("constants.pkl")) {
    fail(file, "is a TorchScript program; expected a state_dict: torch.save(model.state_dict(), FILE)");
  }
  require_little_endian(archive, file);
  const std::vector<std::byte> pickle = archive.read("data.pkl", most_pickle_bytes);
  TorchFile read{.in_order = true};
  for (PickledTensor& tensor : read_state_dict(pickle, file.string() + ": data.pkl")) {
    TorchTensor made{.name = tensor.name, .type = tensor.type, .shape = tensor.shape, .strides = tensor.strides};
    if (std::ranges::find(made.shape, 0) == made.shape.end()) {  // else it has no numbers
      const std::span<const std::byte> storage = storage_of(tensor, archive, read, file);
      made.bytes = storage.subspan(static_cast<std::size_t>(tensor.offset) * bytes_of(tensor.type));
    }
    read.tensors.push_back(std::move(made));
  }
  return read;
}

template <class Number>
Number number_in_bytes(const std::byte* at) {
  Number number{};
  std::memcpy(&number, at, sizeof number);
  return number;
}

/// The number at this place of a tensor's bytes.
float float_at(TorchType type, const std::byte* at) {
  switch (type) {
    case TorchType::f16: return from_half(number_in_bytes<std::uint16_t>(at));
    case TorchType::bf16: return from_bfloat16(number_in_bytes<std::uint16_t>(at));
    case TorchType::f64: return static_cast<float>(number_in_bytes<double>(at));
    default: return number_in_bytes<float>(at);
  }
}

/// Counts through the indices of a shape, the last fastest, and keeps the place in the storage.
class TorchIndex {
 public:
  explicit TorchIndex(const TorchTensor& tensor) : tensor_(tensor), index_(tensor.shape.size()) {}
  std::int64_t place() const { return place_; }
  void next() {
    for (std::size_t axis = index_.size(); axis-- > 0;) {
      place_ += tensor_.strides[axis];
      if (++index_[axis] < tensor_.shape[axis]) return;
      place_ -= tensor_.strides[axis] * tensor_.shape[axis];
      index_[axis] = 0;
    }
  }

 private:
  const TorchTensor& tensor_;
  std::vector<std::int64_t> index_;
  std::int64_t place_ = 0;
};

}  // namespace

std::string TorchTensor::shape_text() const {
  std::string text;
  for (const std::int64_t extent : shape) text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text.empty() ? "scalar" : text;
}

std::vector<float> TorchTensor::floats(const fs::path& file) const {
  if (!is_floating(type)) {
    fail(file,
         "tensor " + in_quotes(name) + ": expected float32, float16, bfloat16 or float64, found " + name_of(type));
  }
  std::size_t count = 1;
  for (const std::int64_t extent : shape) count *= static_cast<std::size_t>(extent);
  std::vector<float> numbers(count);
  TorchIndex index(*this);
  for (float& number : numbers) {
    number = float_at(type, bytes.data() + static_cast<std::size_t>(index.place()) * bytes_of(type));
    if (!std::isfinite(number))
      fail(file, "tensor " + in_quotes(name) + " holds a number that is not finite in float32");
    index.next();
  }
  return numbers;
}

bool is_torch_file(const fs::path& file) {
  const std::string bytes = first_bytes(file);
  return begins_as_safetensors(bytes, std::filesystem::file_size(file)) || begins_as_torch_zip(bytes) ||
         bytes.starts_with(old_torch_begins);
}

TorchFile read_torch_file(const fs::path& file) {
  const std::string bytes = first_bytes(file);
  if (bytes.starts_with(old_torch_begins)) {
    fail(file,
         "was written by PyTorch before 1.6; load it there and save it again: torch.save(torch.load(FILE), FILE)");
  }
  return bytes.starts_with(zip_begins) ? from_torch_zip(file) : from_safetensors(file);
}

}  // namespace convoy::formats
