#include "report/comparison.h"

#include <doctest/doctest.h>

#include <cmath>

#include "support/markup.h"
#include "support/sample_run.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::count;
using test::sample_run;

namespace {

Comparison two_groups() {
  return {"sweep & <co>",
          {{"batch_size = 32", {{"train.batch_size", "32"}}, {sample_run(3), sample_run(3, 0.01), sample_run(2, 0.02)}},
           {"batch_size = 64", {{"train.batch_size", "64"}}, {sample_run(3, 0.03)}}}};
}

}  // namespace

TEST_CASE("groups are means with bands, and final figures with their deviations") {
  const std::string page = html(two_groups());
  for (const std::string tag : {"html", "body", "main", "table", "svg", "section", "figure", "div", "tr"}) {
    INFO(tag);
    CHECK(test::is_balanced(page, tag));
  }
  CHECK(contains(page, "sweep &amp; &lt;co&gt;"));
  CHECK(contains(page, "4 runs in 2 groups"));
  CHECK(contains(page, "91.00 ± 1.00"));  // 90, 91 and 92 %
  CHECK(contains(page, "<td>93.00</td>"));
  CHECK(contains(page, "<td class=\"text\">train.batch_size</td><td class=\"text\">32</td><td class=\"text\">64</td>"));
  const std::string training = page.substr(0, page.find("<h2>Diagnostics"));
  CHECK(count(training, "class=\"band c0\"") == 5 * 3);  // of the group with several runs, in each chart and view
  CHECK(count(training, "class=\"band c1\"") == 0);
  CHECK(contains(page, "Norm of the gradient of conv1"));
}

TEST_CASE("the tables name each group and run with its figures") {
  const std::string page = html(two_groups());
  CHECK(contains(page, "<td class=\"text\">batch_size = 32</td><td>3</td>"));
  CHECK(contains(page, "<td>98.64 ± 0.23</td>"));  // best validation accuracy
  CHECK(contains(page, "<td>99.27</td>"));
  CHECK(contains(page, "<td>13.3 ± 2.9</td>"));  // 15, 15 and 10 seconds
  CHECK(contains(page, "<th class=\"text\">key</th><th class=\"text\">batch_size = 32</th>"));
  CHECK(contains(page,
                 "<tr><td class=\"text\">runs/sample</td><td class=\"text\">batch_size = 64</td><td class=\"text\">"
                 "finished</td><td>93.00 %</td><td>0.4700</td><td>3</td></tr>"));
}

TEST_CASE("a group's line is the mean of its runs in value and time, its band their range") {
  const auto run = [](double loss, double seconds) {
    RunRecord record;
    record.history = {{.epoch = 1, .loss = loss, .seconds = seconds, .step = 10},
                      {.epoch = 2, .loss = loss + 2, .seconds = seconds, .step = 20}};
    return record;
  };
  Comparison comparison{"means", {{"two", {}, {run(1, 10), run(3, 30)}}}};
  const auto expect = [&](const std::string& name, const std::string& x) {
    const std::string page = html(comparison);
    const std::string drawing = page.substr(page.find("Training loss"));
    const std::string view = drawing.substr(drawing.find("<div class=\"" + name));
    CAPTURE(name);
    CHECK(view.find("data-x=\"" + x + "\" data-y=\"1 5 0\"") < 200);
    CHECK(view.find(R"(d="M62 110L546 12L546 110L62 208Z")") < view.find("</svg>"));
    CHECK(view.find(R"(d="M62 159L546 61")") < view.find("</svg>"));
  };
  expect("by-step", "10 20 0");
  expect("by-epoch", "1 2 0");
  expect("by-seconds", "20 40 0");
  CHECK(contains(html(comparison), "Lines are means over a group"));
  for (RunRecord& record : comparison.groups[0].runs) {
    for (EpochLog& log : record.history) log.step = 0;  // as older runs
  }
  expect("by-epoch", "1 2 0");
  comparison.groups[0].runs[0].history.push_back({.epoch = 3, .loss = NAN, .seconds = 10});
  expect("by-epoch", "1 2 0");
  comparison.groups[0].runs.pop_back();
  CHECK_FALSE(contains(html(comparison), "Lines are means over a group"));
}

TEST_CASE("runs that have just begun, diverged or tell nothing can be compared") {
  Comparison comparison = two_groups();
  comparison.groups[0].runs.push_back({});
  comparison.groups[0].runs[0].divergence = Divergence{"the loss is not finite"};
  comparison.groups[0].runs[1].steps[3].loss = NAN;
  comparison.groups.push_back({"nothing", {{"train.batch_size", "-"}}, {}});
  const std::string page = html(comparison);
  CHECK(contains(page, "diverged"));
  CHECK(contains(page, "not finished"));
  CHECK_FALSE(contains(page, "nan"));
  CHECK(contains(html(Comparison{"empty"}), "0 runs"));
  CHECK(contains(html(Comparison{"waiting", {{"nothing", {}, {}}}}), "0 runs in 1 group."));
}
