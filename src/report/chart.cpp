#include "report/chart.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

#include "report/axis.h"
#include "report/markup.h"

namespace convoy {
namespace {

constexpr std::size_t most_dots = 40;      ///< beyond them a line has no dots
constexpr std::size_t most_thick = 150;    ///< beyond these points a line is thin
constexpr std::size_t most_points = 1000;  ///< beyond them a line is thinned
constexpr int stretches = 250;

/// A length in the picture.
std::string at(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  std::string number = text;
  number.erase(number.find_last_not_of('0') + 1);
  if (number.back() == '.') number.pop_back();
  return number;
}

std::string colour(std::size_t i) { return "c" + std::to_string(i % 8) + (i >= 8 ? " dashed" : ""); }

/// Whether a value can be drawn.
bool fits(double value, Scaled scaled) {
  return std::abs(value) < 1e300 && (scaled == Scaled::linearly || value > 1e-300);
}

struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool empty() const { return low > high; }
};

/// The series of a chart in its picture.
class Plot {
 public:
  explicit Plot(const Chart& chart)
      : chart_(chart), x_(axis(extent_x(), chart.x, false)), y_(axis(extent_y(), chart.y, true)) {}

  std::string draw() const {
    std::string text = "<svg viewBox=\"0 0 " + at(width) + " " + at(height) + "\" role=\"img\" aria-label=\"" +
                       escaped(chart_.title) + "\" data-x=\"" + edges(x_) + "\" data-y=\"" + edges(y_) +
                       "\" data-frame=\"" + at(left) + " " + at(top) + " " + at(width - right) + " " +
                       at(height - bottom) + "\">\n";
    text += y_grid() + x_ticks();
    text += text_at((left + width - right) / 2, height - 8, "middle", chart_.x_label);
    for (std::size_t i = 0; i < chart_.series.size(); ++i) text += band(chart_.series[i], i);
    for (std::size_t i = 0; i < chart_.series.size(); ++i) text += line(chart_.series[i], i);
    if (!anything())
      text += text_at((left + width - right) / 2, (top + height - bottom) / 2, "middle", "nothing to draw");
    return text + "</svg>\n";
  }

 private:
  static constexpr double width = 560;
  static constexpr double height = 250;
  static constexpr double left = 62;
  static constexpr double right = 14;
  static constexpr double top = 12;
  static constexpr double bottom = 42;

  bool drawable(const Point& point) const { return fits(point.x, chart_.x) && fits(point.y, chart_.y); }
  bool drawable(const Range& range) const {
    return fits(range.x, chart_.x) && fits(range.low, chart_.y) && fits(range.high, chart_.y);
  }
  bool anything() const { return !extent_x().empty(); }

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
  Extent extent_x() const {
    return extent([](Extent& found, const Point& point) { found.include(point.x); });
  }
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

  static Axis axis(const Extent& values, Scaled scaled, bool round) {
    if (values.empty()) return Axis::round(0, 1, 5);
    if (scaled == Scaled::logarithmically) return Axis::logarithmic(values.low, values.high);
    return round ? Axis::round(values.low, values.high, 5) : Axis::exact(values.low, values.high, 7);
  }

  double x(double value) const { return left + x_.place(value) * (width - left - right); }
  double y(double value) const { return height - bottom - y_.place(value) * (height - top - bottom); }

  static std::string edges(const Axis& axis) {
    char text[80];
    std::snprintf(text, sizeof text, "%.6g %.6g %d", axis.low(), axis.high(), axis.is_logarithmic() ? 1 : 0);
    return text;
  }

  static std::string text_at(double x, double y, const char* anchor, const std::string& text) {
    return "<text x=\"" + at(x) + "\" y=\"" + at(y) + "\" text-anchor=\"" + anchor + "\">" + escaped(text) +
           "</text>\n";
  }

  std::string y_grid() const {
    std::string text;
    for (const double tick : y_.ticks()) {
      text += "<path class=\"grid\" d=\"M" + at(left) + " " + at(y(tick)) + "H" + at(width - right) + "\"/>\n";
      text += text_at(left - 7, y(tick) + 4, "end", short_number(tick));
    }
    return text;
  }

  /// Steps and epochs are counted: where there is room, whole numbers only.
  std::string x_ticks() const {
    std::string text;
    const bool whole = !x_.is_logarithmic() && x_.high() - x_.low() >= 2;
    for (const double tick : x_.ticks()) {
      if (whole && tick != std::round(tick)) continue;
      text += text_at(x(tick), height - bottom + 18, "middle", short_number(tick));
    }
    return text;
  }

  std::string band(const Series& series, std::size_t i) const {
    std::string upper;
    std::string lower;
    for (const Range& range : series.band) {
      if (!drawable(range)) continue;
      upper += (upper.empty() ? "M" : "L") + at(x(range.x)) + " " + at(y(range.high));
      lower = "L" + at(x(range.x)) + " " + at(y(range.low)) + lower;
    }
    return upper.empty() ? "" : "<path class=\"band " + colour(i) + "\" d=\"" + upper + lower + "Z\"/>\n";
  }

  /// A line through the points that can be drawn, broken at the others.
  std::string line(const Series& series, std::size_t i) const {
    const std::vector<Point> points =
        series.points.size() > most_points ? thinned(series.points, x_.low(), x_.high()) : series.points;
    std::string path;
    std::string dots;
    bool drawing = false;
    for (std::size_t n = 0; n < points.size(); ++n) {
      const bool goes_on = std::exchange(drawing, drawable(points[n]));
      if (!drawing) continue;
      path += (goes_on ? "L" : "M") + at(x(points[n].x)) + " " + at(y(points[n].y));
      const bool lonely = !goes_on && (n + 1 == points.size() || !drawable(points[n + 1]));
      if (points.size() <= most_dots || lonely) dots += dot(series.name, points[n], i);
    }
    if (path.empty()) return "";
    return "<path class=\"line " + colour(i) + (points.size() > most_thick ? " thin" : "") + "\" data-name=\"" +
           escaped(series.name) + "\" d=\"" + path + "\"/>\n" + dots;
  }

  std::string dot(const std::string& name, const Point& point, std::size_t i) const {
    return "<circle class=\"" + colour(i) + "\" cx=\"" + at(x(point.x)) + "\" cy=\"" + at(y(point.y)) +
           "\" r=\"3\"><title>" + escaped(name) + ": " + short_number(point.y) + " at " + short_number(point.x) +
           "</title></circle>\n";
  }

  const Chart& chart_;
  Axis x_;
  Axis y_;
};

std::string legend(const std::vector<std::string>& names) {
  if (names.size() < 2) return "";
  std::string text = "<ul class=\"legend\">\n";
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += "<li><i class=\"" + colour(i) + "\"></i>" + escaped(names[i]) + "</li>\n";
  }
  return text + "</ul>\n";
}

std::string framed(const std::string& title, const std::vector<std::string>& names, const std::string& drawing) {
  return "<figure>\n<figcaption>" + escaped(title) + "</figcaption>\n" + legend(names) + drawing + "</figure>\n";
}

std::vector<std::string> names_of(const std::vector<Series>& series) {
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
    const auto by_y = [](const Point& a, const Point& b) { return a.y < b.y; };
    std::vector<const Point*> chosen = {&*first, &*std::min_element(first, end, by_y),
                                        &*std::max_element(first, end, by_y), &*(end - 1)};
    std::ranges::sort(chosen);
    chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
    for (const Point* point : chosen) kept.push_back(*point);
    first = end;
  }
  return kept;
}

std::string svg(const Chart& chart) { return Plot(chart).draw(); }

std::string figure(const Chart& chart) { return framed(chart.title, names_of(chart.series), svg(chart)); }

std::string figure(const std::vector<View>& views) {
  std::string drawings;
  for (const View& view : views) drawings += "<div class=\"" + view.name + "\">" + svg(view.chart) + "</div>\n";
  return framed(views.front().chart.title, names_of(views.front().chart.series), drawings);
}

std::string figure(const BarChart& chart) {
  double longest = 0;
  for (const Bar& bar : chart.bars) {
    double sum = 0;
    for (const double part : bar.parts) sum += part;
    longest = std::max(longest, sum);
  }
  std::string rows = "<div class=\"bars\">\n";
  for (const Bar& bar : chart.bars) {
    double sum = 0;
    rows += "<span>" + escaped(bar.name) + "</span><div>";
    for (std::size_t i = 0; i < bar.parts.size(); ++i) {
      const double part = bar.parts[i];
      sum += part;
      if (!(part > 0) || !std::isfinite(longest)) continue;
      rows += "<i class=\"" + colour(i) + "\" style=\"width: " + at(100 * part / longest) + "%\" title=\"" +
              escaped(chart.parts.at(i)) + ": " + short_number(part) + "\"></i>";
    }
    rows += "</div><b>" + short_number(sum) + "</b>\n";
  }
  return framed(chart.title, chart.parts, rows + "</div>\n");
}

}  // namespace convoy
