#pragma once

#include <string>
#include <vector>

namespace convoy {

/// Maps values to positions along a chart's axis, 0 where the axis begins and 1 where it ends, and keeps its ticks.
class Axis {
 public:
  /// An axis from a round number at or below `low` to one at or above `high`, with about `ticks` ticks.
  static Axis round(double low, double high, int ticks);
  /// An axis from `low` to `high` exactly, with about `ticks` round ticks between; as round() unless low < high.
  static Axis exact(double low, double high, int ticks);
  /// A logarithmic axis from the power of ten at or below `low`, which is above 0, to the one at or above `high`. Ticks
  /// are powers of ten, on an axis of at most two also 2 and 5 times them.
  static Axis logarithmic(double low, double high);

  /// The position of a value; below 0 or above 1 where it lies outside the axis.
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

/// Round numbers at equal distances, about `count`, from at or below `low` to at or above `high`. {0, 1} where these
/// are not finite or low > high.
std::vector<double> nice_ticks(double low, double high, int count);

/// A number as an axis shows it, with at most four significant digits: "0.25", "1.5k", "20M", "1e-4"; "-" unless
/// finite.
std::string short_number(double value);

}  // namespace convoy
