#include "data/idx.h"

#include <bit>

#include "core/fail.h"
#include "data/gzip.h"
#include "data/image_format.h"

namespace convoy {
namespace {

constexpr std::size_t most_value_bytes = std::size_t{1} << 30;

std::uint32_t big_endian(const std::uint8_t* p) {
  return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
}

std::string hex(std::uint32_t number) {
  std::string text = "0x00000000";
  for (std::size_t i = 0; i < 8; ++i) text[9 - i] = "0123456789abcdef"[(number >> (4 * i)) & 15U];
  return text;
}

std::size_t size_of(IdxType type) {
  switch (type) {
    case IdxType::bytes:
    case IdxType::signed_bytes: return 1;
    case IdxType::shorts: return 2;
    case IdxType::ints:
    case IdxType::floats: return 4;
    case IdxType::doubles: return 8;
  }
  return 0;  // no type of the format
}

std::string name_of(IdxType type) {
  switch (type) {
    case IdxType::bytes: return "bytes";
    case IdxType::signed_bytes: return "signed bytes";
    case IdxType::shorts: return "16-bit integers";
    case IdxType::ints: return "32-bit integers";
    case IdxType::floats: return "floats";
    case IdxType::doubles: return "doubles";
  }
  return "";
}

/// What came instead of an idx file's first bytes, of which 4 are given.
[[noreturn]] void refuse(const std::filesystem::path& file, MaybeGzipFile& stream,
                         std::vector<std::uint8_t> beginning) {
  const std::uint32_t magic = big_endian(beginning.data());
  const std::vector<std::uint8_t> more = stream.read(60);
  beginning.insert(beginning.end(), more.begin(), more.end());
  const std::string kind(kind_of(beginning).name);
  if (!kind.empty()) fail(file, kind + ", not an idx file");
  fail(file, "not an idx file: expected magic 0x00000801 to 0x00000e04, found " + hex(magic));
}

}  // namespace

std::size_t IdxArray::size() const { return values.size() / size_of(type); }

double IdxArray::number(std::size_t i) const {
  const std::size_t each = size_of(type);
  std::uint64_t bits = 0;
  for (std::size_t byte = 0; byte < each; ++byte) bits = bits << 8U | values[i * each + byte];
  switch (type) {
    case IdxType::bytes: return static_cast<double>(bits);
    case IdxType::signed_bytes: return static_cast<std::int8_t>(bits);
    case IdxType::shorts: return static_cast<std::int16_t>(bits);
    case IdxType::ints: return static_cast<std::int32_t>(bits);
    case IdxType::floats: return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    case IdxType::doubles: return std::bit_cast<double>(bits);
  }
  return 0;
}

std::string IdxArray::text() const {
  std::string text;
  for (const int extent : extents) text += (text.empty() ? "" : " x ") + std::to_string(extent);
  return text + " " + name_of(type);
}

IdxArray read_idx(const std::filesystem::path& file) {
  MaybeGzipFile stream(file);
  const std::vector<std::uint8_t> beginning = stream.read(4);
  if (beginning.size() < 4) fail(file, "too short for an idx file");
  const std::uint32_t magic = big_endian(beginning.data());
  const std::size_t rank = magic & 0xffU;
  IdxArray array;
  array.type = static_cast<IdxType>(magic >> 8U & 0xffU);
  const std::size_t each = size_of(array.type);
  if (magic >> 16U != 0 || each == 0 || rank < 1 || rank > 4) refuse(file, stream, beginning);
  const std::vector<std::uint8_t> header = stream.read(4 * rank);
  if (header.size() < 4 * rank) fail(file, "too short for its header");
  std::size_t expected = each;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const std::uint32_t extent = big_endian(header.data() + 4 * axis);
    if (extent == 0 || extent > most_value_bytes / expected) {
      fail(file, "extent " + std::to_string(extent) + " of axis " + std::to_string(axis) + " makes no sense");
    }
    expected *= extent;
    array.extents.push_back(static_cast<int>(extent));
  }
  array.values = stream.read(expected + 1);
  if (array.values.size() != expected) {
    fail(file, "expected " + std::to_string(expected) + " bytes after the header, found " +
                   (array.values.size() < expected ? std::to_string(array.values.size()) : "more"));
  }
  return array;
}

}  // namespace convoy
