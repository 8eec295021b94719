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
}
