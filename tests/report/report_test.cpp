#include "report/report.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/chart.h"

using namespace convoy;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

Report sample(int epochs) {
  Report report;
  report.name = "<b>name</b> & co";
  for (int i = 1; i <= epochs; ++i) {
    report.history.push_back({.epoch = i,
                              .loss = 1.0 / i,
                              .accuracy = 1 - 0.5 / i,
                              .validation_loss = 1.2 / i,
                              .validation_accuracy = 0.5,
                              .has_validation = true});
  }
  report.test.samples = 3;
  report.test.classes = 2;
  report.test.confusion = {1, 1, 0, 1};
  report.config = "a = \"<script>\"";
  report.facts = {{"threads", "2"}};
  return report;
}

}  // namespace

TEST_CASE("ticks are round and enclose the data") {
  CHECK(nice_ticks(0, 1, 5) == std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1});
  CHECK(nice_ticks(3, 97, 5).front() == 0);
  CHECK(nice_ticks(3, 97, 5).back() == 100);
  CHECK(nice_ticks(5, 5, 5).size() > 1);
  CHECK(nice_ticks(std::nan(""), 1, 5) == std::vector<double>{0, 1});
}

TEST_CASE("charts survive one point, no point and numbers that are not finite") {
  for (const std::vector<double>& values : {std::vector<double>{},
                                            {1.0},
                                            {2.0, 2.0},
                                            {1.0, std::nan(""), 3.0},
                                            {std::numeric_limits<double>::infinity()}}) {
    const std::string chart = svg({"title", "epoch", {{"a", values}}});
    CHECK(count(chart, "<svg") == 1);
    CHECK(chart.find("nan") == std::string::npos);
    CHECK(chart.find("inf") == std::string::npos);
  }
  CHECK(count(svg({"t", "x", {{"a", {1, 2, 3}}, {"b", {3, 2, 1}}}}), "<path") == 2);
}

TEST_CASE("the page is complete, balanced and escaped") {
  for (const int epochs : {0, 1, 12}) {
    const std::string page = html(sample(epochs));
    for (const std::string tag : {"html", "head", "body", "table", "svg", "div", "h2", "pre", "tr"}) {
      INFO(tag);
      CHECK(count(page, "<" + tag + ">") + count(page, "<" + tag + " ") == count(page, "</" + tag + ">"));
    }
    CHECK(page.find("&lt;b&gt;name&lt;/b&gt; &amp; co") != std::string::npos);
    CHECK(page.find("<script>") == std::string::npos);
    CHECK(page.find("http") == std::string::npos);  // nothing from elsewhere
    CHECK(page.find("Confusion matrix") != std::string::npos);
  }
}
