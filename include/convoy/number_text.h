#pragma once

#include <cstdint>
#include <string>

/// Numbers as people read them.
namespace convoy {

/// With so many digits after the point; "-" for what is not finite.
std::string fixed(double value, int digits);
/// "98.42 %"
std::string percent(double share);
/// "1,234,567"
std::string with_separators(std::int64_t number);
/// "12.3 s", "4 min 05 s", "2 h 05 min"
std::string duration(double seconds);

/// Shortest decimal that reads back as the same number, never without a point or exponent when it is a float: "0.001",
/// "1.0".
std::string shortest(double number);

/// In three digits: "0.00123", "1.5e+10".
std::string rounded(double number);

}  // namespace convoy
