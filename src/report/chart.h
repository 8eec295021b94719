#pragma once

#include <string>
#include <vector>

namespace convoy {

struct Series {
  std::string name;
  std::vector<double> values;  ///< at x = 1, 2, 3 ...; what is not finite leaves a gap
};

struct Chart {
  std::string title;
  std::string x_label;
  std::vector<Series> series;
};

/// Round numbers from at or below `low` to at or above `high`, about `count` of them.
std::vector<double> nice_ticks(double low, double high, int count);

/// The chart as an <svg> element, coloured by the page's style sheet (classes "line0", "line1" ...).
std::string svg(const Chart& chart);

/// Text with &, <, > and quotes as HTML writes them.
std::string escaped(const std::string& text);

}  // namespace convoy
