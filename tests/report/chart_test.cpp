#include "report/chart.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/markup.h"

using namespace convoy;
using test::count;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

bool is_sound(const std::string& chart) {
  return count(chart, "<svg") == 1 && test::is_balanced(chart, "text") && chart.find("nan") == std::string::npos &&
         chart.find("inf") == std::string::npos;
}

}  // namespace

TEST_CASE("charts survive one point, no point, and numbers that are absurd or not finite") {
  for (const std::vector<Point>& points : {std::vector<Point>{},
                                           {{1, 1}},
                                           {{1, 2}, {2, 2}},
                                           {{1, 1}, {2, NAN}, {3, 3}},
                                           {{1, infinity}},
                                           {{NAN, 1}, {infinity, 2}},
                                           {{0, 1e308}, {1, -1e308}},
                                           {{0, 1e299}, {1, -1e299}},
                                           {{5, 1e-320}, {5, 3}}}) {
    for (const Scaled scaled : {Scaled::linearly, Scaled::logarithmically}) {
      CHECK(is_sound(svg({"title", "epoch", {{"a", points}}, scaled})));
      CHECK(is_sound(svg({"title", "epoch", {{"a", points}}, scaled, scaled})));
    }
  }
  CHECK(svg({"title", "x", {}}).find("nothing to draw") != std::string::npos);
}

TEST_CASE("a line is broken where a value is missing, and a lonely point is a dot") {
  const std::string chart = svg({"t", "x", {{"a", {{1, 1}, {2, NAN}, {3, 2}, {4, 3}}}}});
  const std::string line = chart.substr(chart.find("class=\"line"));
  CHECK(count(line.substr(0, line.find("/>")), "M") == 2);
  std::vector<Point> points;
  for (int i = 0; i < 99; ++i) points.push_back({i * 1.0, i == 50 ? 1.0 : NAN});
  CHECK(count(svg({"t", "x", {{"a", points}}}), "<circle") == 1);
}

TEST_CASE("a logarithmic chart leaves out what is not positive") {
  const std::string chart = svg({"t", "x", {{"a", {{1, 10}, {2, 0}, {3, -1}, {4, 1000}}}}, Scaled::logarithmically});
  CHECK(count(chart, "<circle") == 2);
  CHECK(chart.find("data-y=\"10 1000 1\"") != std::string::npos);
}

TEST_CASE("thousands of points are thinned to what the picture shows, peaks included") {
  std::vector<Point> points;
  for (int i = 0; i < 100000; ++i) points.push_back({i * 1.0, i == 54321 ? 99.0 : std::sin(i * 0.001)});
  const std::vector<Point> kept = thinned(points, 0, 99999);
  CHECK(kept.size() < 1100);
  CHECK(std::ranges::is_sorted(kept, {}, &Point::x));
  CHECK(std::ranges::any_of(kept, [](const Point& point) { return point.y == 99; }));
  CHECK(kept.front().x == 0);
  CHECK(kept.back().x == 99999);
  CHECK(svg({"t", "x", {{"a", points}}}).size() < 20000);
}

TEST_CASE("many series have colours of their own, then dashes; one needs no legend") {
  std::vector<Series> series;
  for (int i = 0; i < 11; ++i) series.push_back({"series " + std::to_string(i), {{0, 1.0 * i}, {1, 2.0 * i}}});
  const std::string chart = figure(Chart{"t", "x", series});
  CHECK(count(chart, "<li>") == 11);
  CHECK(count(chart, "class=\"line c7\"") == 1);
  CHECK(count(chart, "class=\"line c0 dashed\"") == 1);
  CHECK(count(figure(Chart{"t", "x", {series[0]}}), "<li>") == 0);
}

TEST_CASE("a band is one closed area") {
  const std::string chart = svg({"t", "x", {{"a", {{0, 1}, {1, 2}}, {{0, 0, 2}, {1, 1, 3}, {2, NAN, 4}}}}});
  const std::string band = chart.substr(chart.find("class=\"band"));
  CHECK(count(band.substr(0, band.find("/>")), "L") == 3);
  CHECK(chart.find("data-y=\"0 3 0\"") != std::string::npos);
}

TEST_CASE("names in charts are escaped") {
  const std::string chart = figure(Chart{"<t>", "<x>", {{"<a>", {{1, 1}}}, {"<b>", {}}}});
  CHECK(count(chart, "<a>") + count(chart, "<b>") + count(chart, "<t>") + count(chart, "<x>") == 0);
}

TEST_CASE("bars are as long as their parts, also where there is nothing or nonsense") {
  const std::string chart = figure(BarChart{"t", {"one", "two"}, {{"a", {1, 3}}, {"b", {2, 0}}, {"c", {NAN, -1}}}});
  CHECK(chart.find("width: 75%") != std::string::npos);
  CHECK(count(chart, "width: ") == 3);
  CHECK(count(figure(BarChart{"t", {"one"}, {}}), "width") == 0);
}
