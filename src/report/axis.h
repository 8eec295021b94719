#pragma once

#include <string>
#include <vector>

namespace convoy {

/// From numbers to places along a line: 0 where the axis begins, 1 where it ends.
class Axis {
 public:
  /// From round numbers at or below `low` to round numbers at or above `high`.
  static Axis round(double low, double high, int ticks);
  /// From `low` to `high` exactly.
  static Axis exact(double low, double high, int ticks);
  /// Powers of ten between 0 < `low` and `high`, from round numbers to round numbers.
  static Axis logarithmic(double low, double high);

  double place(double value) const;
  const std::vector<double>& ticks() const { return ticks_; }
  double low() const { return low_; }
  double high() const { return high_; }
  bool is_logarithmic() const { return logarithmic_; }

 private:
  Axis(double low, double high, std::vector<double> ticks, bool logarithmic = false)
      : low_(low), high_(high), ticks_(std::move(ticks)), logarithmic_(logarithmic) {}

  double low_;
  double high_;
  std::vector<double> ticks_;
  bool logarithmic_;
};

/// Round numbers from at or below `low` to at or above `high`, about `count` of them.
std::vector<double> nice_ticks(double low, double high, int count);

/// A number with few digits, as an axis shows it: "0.25", "1.5k", "20M", "1e-4".
std::string short_number(double value);

}  // namespace convoy
