#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "data/byte_order.h"

namespace convoy {

/// What an array's numbers are, as its file has them.
struct NumberType {
  enum class Kind { flag, whole, natural, real };  ///< `natural` has no sign

  Kind kind = Kind::natural;
  std::size_t bytes = 1;
  ByteOrder order = ByteOrder::big_endian;

  bool is_byte() const { return kind == Kind::natural && bytes == 1; }
  bool is_real() const { return kind == Kind::real; }
  /// "bytes", "signed 16-bit integers", "floats"
  std::string name() const;
};

/// An array from a file, last dimension fastest.
struct NumberArray {
  std::vector<int> extents;
  NumberType type = {};
  std::vector<std::uint8_t> values;

  std::size_t size() const { return values.size() / type.bytes; }  ///< numbers
  double number(std::size_t i) const;                              ///< any type's
  /// "500 x 28 x 28 bytes"
  std::string text() const;
};

/// "7", "0.5": whole numbers without a point.
std::string number_text(double number);

/// Gives the next bytes of a file, fewer than it is asked for only at the end.
using ByteSource = std::function<std::vector<std::uint8_t>(std::size_t most)>;

/// What an array may take, whatever its file announces.
inline constexpr std::size_t most_array_bytes = std::size_t{1} << 30;

/// How many bytes an array of these extents takes. Throws Error{data}, with the file's name, for an extent of 0 and for
/// more than may be.
std::size_t array_bytes(const std::vector<std::uint64_t>& extents, std::size_t each, const std::string& file);

/// The bytes of an array that end its file. Throws Error{data}, with the file's name, where there are more or fewer.
std::vector<std::uint8_t> read_array_bytes(const ByteSource& source, std::size_t expected, const std::string& file);

}  // namespace convoy
