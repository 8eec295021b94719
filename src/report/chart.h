#pragma once

#include <string>
#include <vector>

namespace convoy {

struct Point {
  double x = 0;
  double y = 0;  ///< what is not finite leaves a gap
};

/// The range of values at a place.
struct Range {
  double x = 0;
  double low = 0;
  double high = 0;
};

/// A line, and the area between the ends of its ranges. Colours repeat after eight series, then dashed.
struct Series {
  std::string name;
  std::vector<Point> points;  ///< by rising x
  std::vector<Range> band = {};
};

enum class Scaled { linearly, logarithmically };

struct Chart {
  std::string title;
  std::string x_label;
  std::vector<Series> series;
  Scaled y = Scaled::linearly;
  Scaled x = Scaled::linearly;
};

/// Logarithmic where the values are positive and span more than a factor of 30.
Scaled scaled_by_span(const std::vector<Series>& series);

/// The points worth drawing where there are thousands: of each stretch of a picture's width the first, lowest, highest
/// and last, so that no peak is lost.
std::vector<Point> thinned(const std::vector<Point>& points, double low, double high);

/// The chart as an <svg> element, coloured by the page's style sheet (classes "c0" to "c7"). Its data attributes
/// say where its axes are and what their ends stand for, so that a script can read values back.
std::string svg(const Chart& chart);

/// One of several ways to draw the same series; `name` is its class in the page's style sheet.
struct View {
  std::string name;
  Chart chart;
};

/// A chart with its title and its legend as a <figure>.
std::string figure(const Chart& chart);
/// The same for several views, of which the style sheet shows one. Title and legend are the first one's.
std::string figure(const std::vector<View>& views);

/// Horizontal bars, one a row, each of parts in the legend's colours: {"conv1", {12, 30}}.
struct Bar {
  std::string name;
  std::vector<double> parts;
};
struct BarChart {
  std::string title;
  std::vector<std::string> parts;
  std::vector<Bar> bars;
};
std::string figure(const BarChart& chart);

}  // namespace convoy
