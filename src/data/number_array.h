#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "data/byte_order.h"

namespace convoy {

/// The type of an array's numbers as stored in its file.
struct NumberType {
  enum class Kind { flag, whole, natural, real };  ///< `natural` has no sign

  Kind kind = Kind::natural;
  std::size_t bytes = 1;
  ByteOrder order = ByteOrder::big_endian;

  bool is_byte() const { return kind == Kind::natural && bytes == 1; }
  bool is_real() const { return kind == Kind::real; }
  /// The type in words: "bytes", "16-bit integers", "floats".
  std::string name() const;
};

/// An array read from a file, with the last dimension fastest.
struct NumberArray {
  std::vector<int> extents;
  NumberType type = {};
  std::vector<std::uint8_t> values;  ///< the bytes of all numbers, in the order of type.order

  std::size_t size() const { return values.size() / type.bytes; }  ///< numbers
  double number(std::size_t i) const;                              ///< number i, of any type, as a double
  /// Extents and type in words: "500 x 28 x 28 bytes".
  std::string text() const;
};

/// The number as text, "7" or "0.5": a whole one without a point, others by their shortest digits.
std::string number_text(double number);

/// A function that returns the next `most` bytes of a file, fewer only at the end.
using ByteSource = std::function<std::vector<std::uint8_t>(std::size_t most)>;

/// The most bytes that an array may have, whatever its file announces.
inline constexpr std::size_t most_array_bytes = std::size_t{1} << 30;

/// The bytes of an array of these extents, with `each` bytes for each number. Throws Error{data}, with the file's name,
/// for an extent of 0 and for more than most_array_bytes.
std::size_t array_bytes(const std::vector<std::uint64_t>& extents, std::size_t each, const std::string& file);

/// Reads the rest of a file, which must be `expected` bytes. Throws Error{data}, with the file's name, where there are
/// more or fewer.
std::vector<std::uint8_t> read_array_bytes(const ByteSource& source, std::size_t expected, const std::string& file);

}  // namespace convoy
