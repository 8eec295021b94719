#include "report/chart.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace convoy {
namespace {

constexpr double width = 560;
constexpr double height = 300;
constexpr double left = 62;
constexpr double right = 16;
constexpr double top = 40;
constexpr double bottom = 46;

std::string number(double value) {
  std::ostringstream text;
  text << std::setprecision(6) << value;
  return text.str();
}

/// From data to the picture.
struct Scale {
  double x_last;
  double y_low;
  double y_high;

  double x(double value) const {
    const double share = x_last > 1 ? (value - 1) / (x_last - 1) : 0.5;
    return left + share * (width - left - right);
  }
  double y(double value) const {
    return height - bottom - (value - y_low) / (y_high - y_low) * (height - top - bottom);
  }
};

std::string text_at(double x, double y, const char* anchor, const std::string& text, const char* style = "tick") {
  return "<text class=\"" + std::string(style) + "\" x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" +
         anchor + "\">" + escaped(text) + "</text>\n";
}

std::string line(double x1, double y1, double x2, double y2, const std::string& style) {
  return "<line class=\"" + style + "\" x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) +
         "\" y2=\"" + number(y2) + "\"/>\n";
}

std::string grid(const Scale& scale, const std::vector<double>& y_ticks) {
  std::string text;
  for (const double tick : y_ticks) {
    text += line(left, scale.y(tick), width - right, scale.y(tick), "grid");
    text += text_at(left - 8, scale.y(tick) + 4, "end", number(tick));
  }
  for (const double tick : nice_ticks(1, scale.x_last, 8)) {
    if (tick < 1 || tick > scale.x_last || tick != std::floor(tick)) continue;
    text += text_at(scale.x(tick), height - bottom + 18, "middle", number(tick));
  }
  return text;
}

/// A line through the finite values, broken at the others, with a dot at each.
std::string curve(const Scale& scale, const std::vector<double>& values, const std::string& style) {
  std::string path;
  std::string dots;
  bool drawing = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      drawing = false;
      continue;
    }
    const std::string x = number(scale.x(static_cast<double>(i + 1)));
    const std::string y = number(scale.y(values[i]));
    path += (drawing ? " L" : " M") + x + " " + y;
    if (values.size() <= 60)
      dots += "<circle class=\"dot " + style + "\" cx=\"" + x + "\" cy=\"" + y + "\" r=\"3\"/>\n";
    drawing = true;
  }
  return path.empty() ? "" : "<path class=\"" + style + "\" d=\"" + path.substr(1) + "\"/>\n" + dots;
}

std::string legend(const Chart& chart) {
  std::string text;
  double x = width - right;
  for (std::size_t i = chart.series.size(); i-- > 0;) {
    const std::string& name = chart.series[i].name;
    text += text_at(x, 22, "end", name, "legend");
    x -= 7.2 * static_cast<double>(name.size()) + 10;
    text += line(x - 18, 18, x, 18, "line" + std::to_string(i));
    x -= 34;
  }
  return text;
}

}  // namespace

std::vector<double> nice_ticks(double low, double high, int count) {
  if (!std::isfinite(low) || !std::isfinite(high) || low > high) return {0, 1};
  if (low == high) {  // a flat line in the middle
    const double margin = low == 0 ? 1 : std::abs(low) * 0.1;
    low -= margin;
    high += margin;
  }
  const double rough = (high - low) / std::max(1, count);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 2.5, 5.0}) {
    if (rough > factor * power * (1 + 1e-9)) continue;
    step = factor * power;
    break;
  }
  std::vector<double> ticks;
  const double first = std::floor(low / step + 1e-9);
  for (double i = first; i == first || (i - 1) * step < high - 1e-9 * step; ++i) ticks.push_back(i * step);
  return ticks;
}

std::string svg(const Chart& chart) {
  double low = INFINITY;
  double high = -INFINITY;
  std::size_t points = 1;
  for (const Series& series : chart.series) {
    points = std::max(points, series.values.size());
    for (const double value : series.values) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  const std::vector<double> ticks = nice_ticks(low, high, 5);
  const Scale scale{static_cast<double>(points), ticks.front(), ticks.back()};
  std::string text = "<svg viewBox=\"0 0 " + number(width) + " " + number(height) + "\" role=\"img\" aria-label=\"" +
                     escaped(chart.title) + "\">\n";
  text += text_at(left, 22, "start", chart.title, "title");
  text += legend(chart) + grid(scale, ticks);
  text += text_at((left + width - right) / 2, height - 8, "middle", chart.x_label);
  for (std::size_t i = 0; i < chart.series.size(); ++i)
    text += curve(scale, chart.series[i].values, "line" + std::to_string(i));
  return text + "</svg>\n";
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      case '\'': result += "&#39;"; break;
      default: result += c;
    }
  }
  return result;
}

}  // namespace convoy
