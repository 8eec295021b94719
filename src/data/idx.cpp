#include "data/idx.h"

#include <optional>

#include "core/fail.h"
#include "data/gzip.h"
#include "data/image_format.h"

namespace convoy {
namespace {

/// The number in 4 bytes, the highest first.
std::uint32_t big_endian(const std::uint8_t* p) {
  return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
}

/// "0x00000801".
std::string hex(std::uint32_t number) {
  std::string text = "0x00000000";
  for (std::size_t i = 0; i < 8; ++i) text[9 - i] = "0123456789abcdef"[(number >> (4 * i)) & 15U];
  return text;
}

/// The type of numbers that the third byte of the magic stands for; nothing for an unknown one.
std::optional<NumberType> type_of(std::uint32_t code) {
  using Kind = NumberType::Kind;
  switch (code) {
    case 0x08: return NumberType{Kind::natural, 1};
    case 0x09: return NumberType{Kind::whole, 1};
    case 0x0b: return NumberType{Kind::whole, 2};
    case 0x0c: return NumberType{Kind::whole, 4};
    case 0x0d: return NumberType{Kind::real, 4};
    case 0x0e: return NumberType{Kind::real, 8};
    default: return std::nullopt;
  }
}

/// Throws Error{data} for a file that does not begin as an idx file: names its kind if that is known. `beginning` is
/// its first 4 bytes; reads more of them from `stream`.
[[noreturn]] void refuse_not_idx(const std::filesystem::path& file, MaybeGzipFile& stream,
                                 std::vector<std::uint8_t> beginning) {
  const std::uint32_t magic = big_endian(beginning.data());
  const std::vector<std::uint8_t> more = stream.read(60);
  beginning.insert(beginning.end(), more.begin(), more.end());
  const std::string kind(kind_of(beginning).name);
  if (!kind.empty()) fail(file, kind + ", not an idx file");
  fail(file, "not an idx file: expected magic 0x00000801 to 0x00000e04, found " + hex(magic));
}

}  // namespace

NumberArray read_idx(const std::filesystem::path& file) {
  MaybeGzipFile stream(file);
  const std::vector<std::uint8_t> beginning = stream.read(4);
  if (beginning.size() < 4) fail(file, "too short for an idx file");
  const std::uint32_t magic = big_endian(beginning.data());
  const std::size_t rank = magic & 0xffU;
  const std::optional<NumberType> type = type_of(magic >> 8U & 0xffU);
  if (magic >> 16U != 0 || !type || rank < 1 || rank > 4) refuse_not_idx(file, stream, beginning);
  const std::vector<std::uint8_t> header = stream.read(4 * rank);
  if (header.size() < 4 * rank) fail(file, "too short for its header");
  std::vector<std::uint64_t> extents;
  for (std::size_t axis = 0; axis < rank; ++axis) extents.push_back(big_endian(header.data() + 4 * axis));
  const std::size_t expected = array_bytes(extents, type->bytes, file.string());
  return {{extents.begin(), extents.end()},
          *type,
          read_array_bytes([&](std::size_t most) { return stream.read(most); }, expected, file.string())};
}

}  // namespace convoy
