#include "data/npy.h"

#include <algorithm>

#include "core/fail.h"
#include "data/byte_order.h"
#include "data/gzip.h"
#include "data/image_format.h"
#include "data/npy_header.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t most_header_bytes = std::size_t{1} << 16;

/// Reads magic, version, length and text of the header, and returns the text. Throws Error{data} where they do not fit.
std::string read_header_text(const ByteSource& source, const fs::path& name) {
  const std::vector<std::uint8_t> first = source(magic.size() + 2);
  if (!text_at(first, 0, magic)) {
    const std::string kind(kind_of(first).name);
    fail(name, kind.empty() ? "not an .npy file: expected it to begin with \\x93NUMPY" : kind + ", not an .npy file");
  }
  if (first.size() < magic.size() + 2) fail(name, "too short for its header");
  const int version = first[magic.size()];
  if (version < 1 || version > 3) {
    fail(name, "expected version 1, 2 or 3 of the .npy format, found " + std::to_string(version));
  }
  const std::size_t width = version == 1 ? 2 : 4;
  const auto length = number_at(source(width), 0, width, ByteOrder::little_endian);
  if (length && *length > most_header_bytes) {
    fail(name, "a header of " + std::to_string(*length) + " bytes makes no sense: it has at most " +
                   std::to_string(most_header_bytes));
  }
  const std::vector<std::uint8_t> text = length ? source(*length) : std::vector<std::uint8_t>();
  if (!length || text.size() < *length) fail(name, "too short for its header");
  return {text.begin(), text.end()};
}

/// The numbers of an array in the order with the last dimension fastest; `values` has the first one fastest, and `each`
/// bytes for each number.
std::vector<std::uint8_t> rows_first(const std::vector<std::uint8_t>& values, const std::vector<int>& extents,
                                     std::size_t each) {
  std::vector<std::size_t> strides;  // in `values`, by axis
  std::size_t stride = each;
  for (const int extent : extents) {
    strides.push_back(stride);
    stride *= static_cast<std::size_t>(extent);
  }
  std::vector<std::uint8_t> result;
  result.reserve(values.size());
  std::vector<int> place(extents.size(), 0);
  std::size_t at = 0;
  while (result.size() < values.size()) {
    const auto number = values.begin() + static_cast<std::ptrdiff_t>(at);
    result.insert(result.end(), number, number + static_cast<std::ptrdiff_t>(each));
    for (std::size_t axis = extents.size(); axis-- > 0;) {
      at += strides[axis];
      if (++place[axis] < extents[axis]) break;
      at -= strides[axis] * static_cast<std::size_t>(extents[axis]);
      place[axis] = 0;
    }
  }
  return result;
}

}  // namespace

NumberArray read_npy(const ByteSource& source, const fs::path& name) {
  const NpyHeader header = parse_npy_header(read_header_text(source, name), name);
  const std::size_t expected = array_bytes(header.extents, header.type.bytes, name.string());
  NumberArray array{
      {header.extents.begin(), header.extents.end()}, header.type, read_array_bytes(source, expected, name.string())};
  if (header.columns_first && array.extents.size() > 1) {
    array.values = rows_first(array.values, array.extents, array.type.bytes);
  }
  return array;
}

NumberArray read_npy(const fs::path& file) {
  MaybeGzipFile stream(file);
  return read_npy([&](std::size_t most) { return stream.read(most); }, file);
}

}  // namespace convoy
