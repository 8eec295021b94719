#include "data/number_array.h"

#include <bit>
#include <cmath>

#include "convoy/number_text.h"
#include "core/fail.h"

namespace convoy {
namespace {

/// The number with these bits in IEEE 754's half precision: a sign, 5 bits of exponent, 10 of fraction.
double half(std::uint64_t bits) {
  const int exponent = static_cast<int>(bits >> 10U & 31U);
  const auto fraction = static_cast<double>(bits & 1023U);
  const double sign = bits >> 15U == 0 ? 1 : -1;
  if (exponent == 31) return fraction == 0 ? sign * INFINITY : NAN;
  return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024, exponent - 25));
}

/// The float of 2, 4 or 8 bytes with these bits.
double real(std::uint64_t bits, std::size_t bytes) {
  if (bytes == 2) return half(bits);
  if (bytes == 4) return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  return std::bit_cast<double>(bits);
}

/// The integer of so many bytes, in two's complement, with these bits.
double whole(std::uint64_t bits, std::size_t bytes) {
  const auto unused = static_cast<unsigned>(64 - 8 * bytes);
  return static_cast<double>(static_cast<std::int64_t>(bits << unused) >> unused);
}

}  // namespace

std::string NumberType::name() const {
  const std::string bits = std::to_string(8 * bytes) + "-bit ";
  switch (kind) {
    case Kind::flag: return "booleans";
    case Kind::whole: return bytes == 1 ? "signed bytes" : bits + "integers";
    case Kind::natural: return bytes == 1 ? "bytes" : "unsigned " + bits + "integers";
    case Kind::real: return bytes == 4 ? "floats" : bytes == 8 ? "doubles" : bits + "floats";
  }
  return "";
}

double NumberArray::number(std::size_t i) const {
  const std::uint8_t* first = values.data() + i * type.bytes;
  std::uint64_t bits = 0;
  for (std::size_t byte = 0; byte < type.bytes; ++byte) {
    bits = bits << 8U | first[type.order == ByteOrder::big_endian ? byte : type.bytes - 1 - byte];
  }
  switch (type.kind) {
    case NumberType::Kind::flag: return bits == 0 ? 0 : 1;
    case NumberType::Kind::whole: return whole(bits, type.bytes);
    case NumberType::Kind::natural: return static_cast<double>(bits);
    case NumberType::Kind::real: return real(bits, type.bytes);
  }
  return 0;
}

std::string NumberArray::text() const {
  std::string text;
  for (const int extent : extents) text += (text.empty() ? "" : " x ") + std::to_string(extent);
  return text + " " + type.name();
}

std::string number_text(double number) {
  constexpr double exact = 1e15;
  const bool whole_number = std::abs(number) < exact && number == std::floor(number);
  return whole_number ? std::to_string(static_cast<std::int64_t>(number)) : shortest(number);
}

std::size_t array_bytes(const std::vector<std::uint64_t>& extents, std::size_t each, const std::string& file) {
  std::size_t bytes = each;
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    if (extents[axis] == 0 || extents[axis] > most_array_bytes / bytes) {
      fail(file, "extent " + std::to_string(extents[axis]) + " of axis " + std::to_string(axis) +
                     " makes no sense: an array has 1 to " + std::to_string(most_array_bytes) + " bytes");
    }
    bytes *= extents[axis];
  }
  return bytes;
}

std::vector<std::uint8_t> read_array_bytes(const ByteSource& source, std::size_t expected, const std::string& file) {
  std::vector<std::uint8_t> values = source(expected + 1);
  if (values.size() == expected) return values;
  fail(file, "expected " + std::to_string(expected) + " bytes after the header, found " +
                 (values.size() < expected ? std::to_string(values.size()) : "more"));
}

}  // namespace convoy
