#pragma once

#include <cstdint>
#include <string>

/// Numbers as people read them.
namespace convoy {

/// The number with `digits` digits after the point; "-" where it is not finite.
std::string fixed(double value, int digits);
/// A share as a percentage, "98.42 %" for 0.9842; "-" where it is not finite.
std::string percent(double share);
/// The number with commas between thousands: "1,234,567".
std::string with_separators(std::int64_t number);
/// A time in two units: "12.3 s", "4 min 05 s", "2 h 05 min".
std::string duration(double seconds);

/// The shortest decimal that reads back as the same number, always with a point or an exponent: "0.001", "1.0".
std::string shortest(double number);

/// The number with three significant digits: "0.00123", "1.5e+10".
std::string rounded(double number);

}  // namespace convoy
