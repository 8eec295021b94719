#include "report/chart.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>
#include <utility>

#include "report/axis.h"
#include "report/markup.h"

namespace convoy {
namespace {

constexpr std::size_t most_dots = 40;      ///< of a line that is drawn with dots
constexpr std::size_t most_thick = 150;    ///< points of a line that is drawn thick
constexpr std::size_t most_points = 1000;  ///< of a line that is drawn without thinning
constexpr int stretches = 250;  ///< equal parts of the x axis, in each of which thinned() keeps up to four points

/// A coordinate as SVG text: at most two decimals, no trailing zeros.
std::string svg_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  std::string number = text;
  number.erase(number.find_last_not_of('0') + 1);
  if (number.back() == '.') number.pop_back();
  return number;
}

/// The style sheet's classes of series `i`: one of eight colours, dashed from the ninth series on.
std::string colour_classes(std::size_t i) { return "c" + std::to_string(i % 8) + (i >= 8 ? " dashed" : ""); }

/// Whether an axis can show a value: finite and of at most 1e300 and, where logarithmic, above 1e-300.
bool fits_axis(double value, Scaled scaled) {
  return std::abs(value) < 1e300 && (scaled == Scaled::linearly || value > 1e-300);
}

/// The smallest and the largest of the values that were included; empty before the first.
struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  /// Extends the range to the value.
  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool empty() const { return low > high; }
};

/// Draws a chart as an <svg> element. Keeps a reference to the chart.
class Plot {
 public:
  explicit Plot(const Chart& chart)
      : chart_(chart), x_(axis(extent_x(), chart.x, false)), y_(axis(extent_y(), chart.y, true)) {}

  /// The whole <svg> element: grid, labels, bands, lines, or "nothing to draw".
  std::string draw() const {
    std::string text = "<svg viewBox=\"0 0 " + svg_number(width) + " " + svg_number(height) +
                       "\" role=\"img\" aria-label=\"" + escaped(chart_.title) + "\" data-x=\"" + edges_text(x_) +
                       "\" data-y=\"" + edges_text(y_) + "\" data-frame=\"" + svg_number(left) + " " + svg_number(top) +
                       " " + svg_number(width - right) + " " + svg_number(height - bottom) + "\">\n";
    text += y_grid() + x_ticks();
    text += text_at((left + width - right) / 2, height - 8, "middle", chart_.x_label);
    for (std::size_t i = 0; i < chart_.series.size(); ++i) text += band(chart_.series[i], i);
    for (std::size_t i = 0; i < chart_.series.size(); ++i) text += line(chart_.series[i], i);
    if (!has_drawable_point())
      text += text_at((left + width - right) / 2, (top + height - bottom) / 2, "middle", "nothing to draw");
    return text + "</svg>\n";
  }

 private:
  // The size of the picture and the margins around its axes.
  static constexpr double width = 560;
  static constexpr double height = 250;
  static constexpr double left = 62;
  static constexpr double right = 14;
  static constexpr double top = 12;
  static constexpr double bottom = 42;

  bool drawable(const Point& point) const { return fits_axis(point.x, chart_.x) && fits_axis(point.y, chart_.y); }
  bool drawable(const Range& range) const {
    return fits_axis(range.x, chart_.x) && fits_axis(range.low, chart_.y) && fits_axis(range.high, chart_.y);
  }
  bool has_drawable_point() const { return !extent_x().empty(); }

  /// Calls include(extent, point) for each drawable point of all series, and returns the extent.
  template <class Include>
  Extent extent(const Include& include) const {
    Extent found;
    for (const Series& series : chart_.series) {
      for (const Point& point : series.points) {
        if (drawable(point)) include(found, point);
      }
    }
    return found;
  }
  /// The smallest and the largest x of all drawable points.
  Extent extent_x() const {
    return extent([](Extent& found, const Point& point) { found.include(point.x); });
  }
  /// The lowest and the highest y of all drawable points and bands.
  Extent extent_y() const {
    Extent found = extent([](Extent& all, const Point& point) { all.include(point.y); });
    for (const Series& series : chart_.series) {
      for (const Range& range : series.band) {
        if (!drawable(range)) continue;
        found.include(range.low);
        found.include(range.high);
      }
    }
    return found;
  }

  /// An axis for these values, from 0 to 1 without values. `round` lets a linear axis begin and end at round numbers.
  static Axis axis(const Extent& values, Scaled scaled, bool round) {
    if (values.empty()) return Axis::round(0, 1, 5);
    if (scaled == Scaled::logarithmically) return Axis::logarithmic(values.low, values.high);
    return round ? Axis::round(values.low, values.high, 5) : Axis::exact(values.low, values.high, 7);
  }

  /// The coordinate in the picture of a value on the x axis; y() does the same for the y axis.
  double x(double value) const { return left + x_.place(value) * (width - left - right); }
  double y(double value) const { return height - bottom - y_.place(value) * (height - top - bottom); }

  /// An axis as the page's script reads it: both ends, and 1 where the axis is logarithmic, else 0.
  static std::string edges_text(const Axis& axis) {
    char text[80];
    std::snprintf(text, sizeof text, "%.6g %.6g %d", axis.low(), axis.high(), axis.is_logarithmic() ? 1 : 0);
    return text;
  }

  /// A <text> element with the escaped text.
  static std::string text_at(double x, double y, const char* anchor, const std::string& text) {
    return "<text x=\"" + svg_number(x) + "\" y=\"" + svg_number(y) + "\" text-anchor=\"" + anchor + "\">" +
           escaped(text) + "</text>\n";
  }

  /// A grid line and a label for each tick of the y axis.
  std::string y_grid() const {
    std::string text;
    for (const double tick : y_.ticks()) {
      text += "<path class=\"grid\" d=\"M" + svg_number(left) + " " + svg_number(y(tick)) + "H" +
              svg_number(width - right) + "\"/>\n";
      text += text_at(left - 7, y(tick) + 4, "end", short_number(tick));
    }
    return text;
  }

  /// The labels of the x axis; only whole numbers on an axis of length 2 or more, since steps and epochs are counted.
  std::string x_ticks() const {
    std::string text;
    const bool whole = !x_.is_logarithmic() && x_.high() - x_.low() >= 2;
    for (const double tick : x_.ticks()) {
      if (whole && tick != std::round(tick)) continue;
      text += text_at(x(tick), height - bottom + 18, "middle", short_number(tick));
    }
    return text;
  }

  /// The area between the ends of the drawable ranges of series number `i`; "" where there are none.
  std::string band(const Series& series, std::size_t i) const {
    std::string upper;
    std::string lower;
    for (const Range& range : series.band) {
      if (!drawable(range)) continue;
      upper += (upper.empty() ? "M" : "L") + svg_number(x(range.x)) + " " + svg_number(y(range.high));
      lower = "L" + svg_number(x(range.x)) + " " + svg_number(y(range.low)) + lower;
    }
    return upper.empty() ? "" : "<path class=\"band " + colour_classes(i) + "\" d=\"" + upper + lower + "Z\"/>\n";
  }

  /// A line through the drawable points of series number `i`, broken at the others, thinned where there are very many.
  /// Dots are added where there are few points, and to a point without neighbours. "" without drawable points.
  std::string line(const Series& series, std::size_t i) const {
    const std::vector<Point> points =
        series.points.size() > most_points ? thinned(series.points, x_.low(), x_.high()) : series.points;
    std::string path;
    std::string dots;
    bool drawing = false;
    for (std::size_t n = 0; n < points.size(); ++n) {
      const bool goes_on = std::exchange(drawing, drawable(points[n]));
      if (!drawing) continue;
      path += (goes_on ? "L" : "M") + svg_number(x(points[n].x)) + " " + svg_number(y(points[n].y));
      const bool lonely = !goes_on && (n + 1 == points.size() || !drawable(points[n + 1]));
      if (points.size() <= most_dots || lonely) dots += dot(series.name, points[n], i);
    }
    if (path.empty()) return "";
    return "<path class=\"line " + colour_classes(i) + (points.size() > most_thick ? " thin" : "") + "\" data-name=\"" +
           escaped(series.name) + "\" d=\"" + path + "\"/>\n" + dots;
  }

  /// A circle at a point, with the series' name and the point's values as its tooltip.
  std::string dot(const std::string& name, const Point& point, std::size_t i) const {
    return "<circle class=\"" + colour_classes(i) + "\" cx=\"" + svg_number(x(point.x)) + "\" cy=\"" +
           svg_number(y(point.y)) + "\" r=\"3\"><title>" + escaped(name) + ": " + short_number(point.y) + " at " +
           short_number(point.x) + "</title></circle>\n";
  }

  const Chart& chart_;
  Axis x_;
  Axis y_;
};

/// The names beside their colours, as a list; "" for fewer than two names.
std::string legend(const std::vector<std::string>& names) {
  if (names.size() < 2) return "";
  std::string text = "<ul class=\"legend\">\n";
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += "<li><i class=\"" + colour_classes(i) + "\"></i>" + escaped(names[i]) + "</li>\n";
  }
  return text + "</ul>\n";
}

/// A <figure> of the title as text, the legend of the names, and the drawing as it is.
std::string framed(const std::string& title, const std::vector<std::string>& names, const std::string& drawing) {
  return "<figure>\n<figcaption>" + escaped(title) + "</figcaption>\n" + legend(names) + drawing + "</figure>\n";
}

/// The sum of a bar's parts.
double length_of(const Bar& bar) { return std::accumulate(bar.parts.begin(), bar.parts.end(), 0.0); }

std::vector<std::string> series_names(const std::vector<Series>& series) {
  std::vector<std::string> names;
  for (const Series& one : series) names.push_back(one.name);
  return names;
}

}  // namespace

Scaled scaled_by_span(const std::vector<Series>& series) {
  Extent values;
  for (const Series& one : series) {
    for (const Point& point : one.points) {
      if (std::isfinite(point.y)) values.include(point.y);
    }
  }
  return values.low > 0 && values.high > 30 * values.low ? Scaled::logarithmically : Scaled::linearly;
}

std::vector<Point> thinned(const std::vector<Point>& points, double low, double high) {
  std::vector<Point> kept;
  const auto stretch_of = [&](const Point& point) { return std::floor((point.x - low) / (high - low) * stretches); };
  for (auto first = points.begin(); first != points.end();) {
    const double stretch = stretch_of(*first);
    const auto end = std::find_if(first + 1, points.end(), [&](const Point& p) { return stretch_of(p) != stretch; });
    std::vector<const Point*> chosen = {&*first, &*std::ranges::min_element(first, end, {}, &Point::y),
                                        &*std::ranges::max_element(first, end, {}, &Point::y), &*(end - 1)};
    std::ranges::sort(chosen);
    chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
    for (const Point* point : chosen) kept.push_back(*point);
    first = end;
  }
  return kept;
}

std::string svg(const Chart& chart) { return Plot(chart).draw(); }

std::string figure(const Chart& chart) { return framed(chart.title, series_names(chart.series), svg(chart)); }

std::string figure(const std::vector<View>& views) {
  std::string drawings;
  for (const View& view : views) drawings += "<div class=\"" + view.name + "\">" + svg(view.chart) + "</div>\n";
  return framed(views.front().chart.title, series_names(views.front().chart.series), drawings);
}

std::string figure(const BarChart& chart) {
  double longest = 0;
  for (const Bar& bar : chart.bars) longest = std::max(longest, length_of(bar));
  std::string rows = "<div class=\"bars\">\n";
  for (const Bar& bar : chart.bars) {
    rows += "<span>" + escaped(bar.name) + "</span><div>";
    for (std::size_t i = 0; i < bar.parts.size(); ++i) {
      const double part = bar.parts.at(i);
      if (!(part > 0) || !std::isfinite(longest)) continue;
      rows += "<i class=\"" + colour_classes(i) + "\" style=\"width: " + svg_number(100 * part / longest) +
              "%\" title=\"" + escaped(chart.parts.at(i)) + ": " + short_number(part) + "\"></i>";
    }
    rows += "</div><b>" + short_number(length_of(bar)) + "</b>\n";
  }
  return framed(chart.title, chart.parts, rows + "</div>\n");
}

}  // namespace convoy
