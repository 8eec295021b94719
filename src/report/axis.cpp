#include "report/axis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace convoy {
namespace {

/// The number with at most four significant digits, without trailing zeros.
std::string four_digits(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4g", value);
  return text.data();
}

/// A number other than 0 as "2.5e-4": at most four significant digits and the power of ten.
std::string scientific(double value) {
  const int exponent = static_cast<int>(std::floor(std::log10(std::abs(value)) + 1e-9));
  return four_digits(value / std::pow(10, exponent)) + "e" + std::to_string(exponent);
}

}  // namespace

std::vector<double> nice_ticks(double low, double high, int count) {
  if (!std::isfinite(low) || !std::isfinite(high) || low > high) return {0, 1};
  if (high - low <= 1e-12 * std::abs(high)) {  // a flat line in the middle
    const double margin = std::abs(low) * 0.1;
    low -= margin;
    high += margin > 0 ? margin : 1;
  }
  const double rough = (high - low) / std::max(1, count);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 2.5, 5.0}) {
    if (rough > factor * power * (1 + 1e-9)) continue;
    step = factor * power;
    break;
  }
  const double last = std::ceil(high / step - 1e-9);
  std::vector<double> ticks;
  for (double i = std::floor(low / step + 1e-9); i <= last; ++i) ticks.push_back(i * step);
  return ticks;
}

std::string short_number(double value) {
  const double size = std::abs(value);
  if (size == 0 || !std::isfinite(value)) return size == 0 ? "0" : "-";
  if (size >= 1e9 || size < 0.999e-3) return scientific(value);
  if (size >= 1e6) return four_digits(value / 1e6) + "M";
  if (size >= 1e3) return four_digits(value / 1e3) + "k";
  return four_digits(value);
}

Axis Axis::round(double low, double high, int count) {
  std::vector<double> ticks = nice_ticks(low, high, count);
  return {ticks.front(), ticks.back(), ticks};
}

Axis Axis::exact(double low, double high, int count) {
  std::vector<double> ticks = nice_ticks(low, high, count);
  if (!(low < high)) return {ticks.front(), ticks.back(), ticks};
  std::erase_if(ticks, [&](double tick) { return tick < low || tick > high; });
  return {low, high, ticks};
}

Axis Axis::logarithmic(double low, double high) {
  double first = std::floor(std::log10(low) + 1e-9);
  double last = std::ceil(std::log10(high) - 1e-9);
  if (first == last) ++last;
  const double decades = last - first;
  const double step = std::ceil(decades / 7);
  std::vector<double> ticks;
  for (double power = first; power <= last; power += step) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const bool room = factor == 1 || (decades <= 2 && power < last);
      if (room) ticks.push_back(factor * std::pow(10, power));
    }
  }
  return {std::pow(10, first), std::pow(10, last), ticks, true};
}

double Axis::place(double value) const {
  if (logarithmic_) return std::log(value / low_) / std::log(high_ / low_);
  return (value - low_) / (high_ - low_);
}

}  // namespace convoy
