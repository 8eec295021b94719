#pragma once

#include <string>
#include <vector>

namespace convoy {

/// A point of a line.
struct Point {
  double x = 0;
  double y = 0;  ///< a gap in the line where not finite
};

/// The range of the values at one x.
struct Range {
  double x = 0;
  double low = 0;
  double high = 0;
};

/// A line, and a band: the filled area between the ends of its ranges. The eight colours repeat, from the ninth series
/// on with dashed lines.
struct Series {
  std::string name;
  std::vector<Point> points;  ///< with rising x
  std::vector<Range> band = {};
};

enum class Scaled { linearly, logarithmically };

/// What a chart shows; `x` and `y` say how its axes are scaled.
struct Chart {
  std::string title;
  std::string x_label;
  std::vector<Series> series;
  Scaled y = Scaled::linearly;
  Scaled x = Scaled::linearly;
};

/// Logarithmic where all finite y are positive and span more than a factor of 30, else linear.
Scaled scaled_by_span(const std::vector<Series>& series);

/// The points worth drawing of thousands: of each of 250 equal parts of the x axis, which reaches from `low` to `high`,
/// the first, lowest, highest and last point, so that no peak is lost.
std::vector<Point> thinned(const std::vector<Point>& points, double low, double high);

/// The chart as an <svg> element, coloured by the page's style sheet (classes "c0" to "c7"). Its data attributes
/// say where its axes are and what their ends stand for, so that a script can read values back.
std::string svg(const Chart& chart);

/// One of several charts of the same series; `name` is its class in the page's style sheet.
struct View {
  std::string name;
  Chart chart;
};

/// A <figure> of a chart with its title and its legend.
std::string figure(const Chart& chart);
/// A <figure> of several views, of which the style sheet shows one. Title and legend are those of the first view.
std::string figure(const std::vector<View>& views);

/// A horizontal bar of parts in the legend's colours: {"conv1", {12, 30}}.
struct Bar {
  std::string name;
  std::vector<double> parts;
};
/// Bars below each other; `parts` names the parts of every bar.
struct BarChart {
  std::string title;
  std::vector<std::string> parts;
  std::vector<Bar> bars;
};
/// A <figure> of bars in proportion to the longest, with their sums; parts that are not positive are left out.
std::string figure(const BarChart& chart);

}  // namespace convoy
