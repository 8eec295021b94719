#include "report/chart.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "support/markup.h"

using namespace convoy;
using test::contains;
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

TEST_CASE("lines, grid and labels stand where the axes place their values") {
  const std::string chart = svg({"t", "steps", {{"a", {{20, 0}, {30, 5}, {40, 10}}}}});
  CHECK(contains(chart, R"(data-x="20 40 0" data-y="0 10 0" data-frame="62 12 546 208")"));
  CHECK(contains(chart, R"(d="M62 208L304 110L546 12")"));
  CHECK(contains(chart, R"(<circle class="c0" cx="304" cy="110" r="3"><title>a: 5 at 30</title>)"));
  CHECK(contains(chart, R"(<path class="grid" d="M62 129.6H546"/>)"));
  CHECK(contains(chart, R"(<text x="55" y="133.6" text-anchor="end">4</text>)"));
  CHECK(contains(chart, R"(<text x="304" y="226" text-anchor="middle">30</text>)"));
  CHECK(contains(chart, R"(<text x="304" y="242" text-anchor="middle">steps</text>)"));
}

TEST_CASE("the x axis ends with the data, the y axis at round numbers") {
  const std::string chart = svg({"t", "x", {{"a", {{7, 3}, {91, 97}}}}});
  CHECK(contains(chart, R"(data-x="7 91 0" data-y="0 100 0")"));
  CHECK(contains(svg({"t", "x", {{"a", {{5, 7}}}}}), R"(data-x="4.4 5.6 0" data-y="6 8 0")"));
}

TEST_CASE("an x axis of length 2 or more has whole numbers, unless it is logarithmic") {
  const auto has = [](double low, double high, Scaled x, const std::string& label) {
    return contains(svg({"t", "x", {{"a", {{low, 0}, {high, 0}}}}, Scaled::linearly, x}), "\"middle\">" + label + "<");
  };
  CHECK_FALSE(has(0, 2, Scaled::linearly, "0.5"));
  CHECK(has(0, 2, Scaled::linearly, "1"));
  CHECK(has(0, 1.9, Scaled::linearly, "0.5"));
  CHECK(has(1, 2, Scaled::linearly, "1.2"));
  CHECK(has(0.1, 10, Scaled::logarithmically, "0.2"));
}

TEST_CASE("numbers up to 1e300 are drawn, on a logarithmic axis from 1e-300 on") {
  const auto dots = [](double y, Scaled scaled) {
    return count(svg({"t", "x", {{"a", {{1, 1}, {2, y}}}}, scaled}), "<circle");
  };
  CHECK(dots(0.9e300, Scaled::linearly) == 2);
  CHECK(dots(1e300, Scaled::linearly) == 1);
  CHECK(dots(1.1e-300, Scaled::logarithmically) == 2);
  CHECK(dots(1e-300, Scaled::logarithmically) == 1);
  CHECK(dots(1e-300, Scaled::linearly) == 2);
}

TEST_CASE("values that span more than a factor of 30 are drawn on a logarithmic axis") {
  const auto scaled = [](double low, double high) { return scaled_by_span({{"a", {{0, low}, {1, NAN}, {2, high}}}}); };
  CHECK(scaled(2, 60) == Scaled::linearly);
  CHECK(scaled(2, 61) == Scaled::logarithmically);
  CHECK(scaled(0, 61) == Scaled::linearly);
  CHECK(scaled(-1, 61) == Scaled::linearly);
}

TEST_CASE("points are dots up to 40, lines are thick up to 150 and whole up to 1000") {
  const auto line_of = [](int points) {
    Series series{"a", {}};
    for (int i = 0; i < points; ++i) series.points.push_back({i * 1.0, i * 1.0});
    return svg({"t", "x", {series}});
  };
  CHECK(count(line_of(40), "<circle") == 40);
  CHECK(count(line_of(41), "<circle") == 0);
  CHECK_FALSE(contains(line_of(150), " thin\""));
  CHECK(contains(line_of(151), " thin\""));
  const auto points = [&](int given) {
    const std::string chart = line_of(given);
    const std::size_t at = chart.find("class=\"line");
    return count(chart.substr(at, chart.find("/>", at) - at), "L") + 1;
  };
  CHECK(points(1000) == 1000);
  CHECK(points(1001) < 600);
}

TEST_CASE("a line is broken where a value is missing, and a lonely point is a dot") {
  const std::string chart = svg({"t", "x", {{"a", {{1, 1}, {2, NAN}, {3, 2}, {4, 3}}}}});
  const std::string line = chart.substr(chart.find("class=\"line"));
  CHECK(count(line.substr(0, line.find("/>")), "M") == 2);
  std::vector<Point> points;
  for (int i = 0; i < 99; ++i) points.push_back({i * 1.0, i == 50 ? 1.0 : NAN});
  CHECK(count(svg({"t", "x", {{"a", points}}}), "<circle") == 1);
  points[51].y = 2;  // two neighbours are a line
  CHECK(count(svg({"t", "x", {{"a", points}}}), "<circle") == 0);
  points[0].y = points[98].y = 3;  // at both ends
  CHECK(count(svg({"t", "x", {{"a", points}}}), "<circle") == 2);
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

TEST_CASE("of each of 250 stretches, the first, lowest, highest and last point are kept") {
  std::vector<Point> points;
  const std::array<double, 10> pattern = {5, 6, 1, 6, 9, 6, 6, 6, 6, 5};
  for (std::size_t i = 0; i < 2500; ++i) points.push_back({1003.0 + static_cast<double>(i), pattern[i % 10]});
  const std::vector<Point> kept = thinned(points, 1003, 3503);
  REQUIRE(kept.size() == 1000);
  for (std::size_t i = 0; i < kept.size(); i += 4) {
    const double begin = 1003 + 2.5 * static_cast<double>(i);
    const std::array<double, 4> x = {kept[i].x, kept[i + 1].x, kept[i + 2].x, kept[i + 3].x};
    CHECK(x == std::array{begin, begin + 2, begin + 4, begin + 9});
  }
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
  CHECK(contains(band, R"(d="M62 77.33L546 12L546 142.67L62 208Z")"));
  for (const Range& range : {Range{NAN, 0, 1}, Range{1, -INFINITY, 1}, Range{1, 0, INFINITY}})
    CHECK_FALSE(contains(svg({"t", "x", {{"a", {{0, 1}, {1, 2}}, {range}}}}), "class=\"band"));
}

TEST_CASE("names in charts are escaped") {
  const std::string chart = figure(Chart{"<t>", "<x>", {{"<a>", {{1, 1}}}, {"<b>", {}}}});
  CHECK(count(chart, "<a>") + count(chart, "<b>") + count(chart, "<t>") + count(chart, "<x>") == 0);
}

TEST_CASE("bars are as long as their parts, also where there is nothing or nonsense") {
  const std::string chart = figure(BarChart{"t", {"one", "two"}, {{"a", {1, 3}}, {"b", {2, 0}}, {"c", {NAN, -1}}}});
  CHECK(chart.find("width: 75%") != std::string::npos);
  CHECK(count(chart, "width: ") == 3);
  CHECK(contains(chart, "<b>4</b>"));
  CHECK(contains(figure(BarChart{"t", {"one"}, {{"a", {0.25}}, {"b", {0.125}}}}), "width: 50%"));
  CHECK(count(figure(BarChart{"t", {"one"}, {{"a", {INFINITY}}, {"b", {1}}}}), "width") == 0);
  CHECK(count(figure(BarChart{"t", {"one"}, {}}), "width") == 0);
}
