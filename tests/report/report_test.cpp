#include "report/report.h"

#include <doctest/doctest.h>

#include "convoy/number_text.h"
#include "report/markup.h"
#include "support/markup.h"
#include "support/sample_run.h"
#include "support/text.h"

using namespace convoy;
using test::contains;
using test::count;
using test::sample_run;

namespace {

Report sample(int epochs) {
  Report report{.title = "<b>name</b> & co", .record = sample_run(epochs)};
  report.model =
      Summary{.name = "", .rows = {{.name = "conv1", .type = "conv2d", .output = {26, 26, 32}, .inputs = {"input"}}}};
  report.input = {28, 28, 1};
  report.test = Evaluation{.samples = 3, .classes = 2};
  report.test->confusion.add(0, 0);
  report.test->confusion.add(0, 1);
  report.test->confusion.add(1, 1);
  report.class_names = {"<cat>", "dog"};
  report.mistakes = {{{.sample = 7, .label = 0, .prediction = 1, .probability = 0.75}, "PNG"}};
  report.filters = {"conv1", {"PNG", "PNG"}};
  return report;
}

void check_sound(const std::string& page) {
  for (const std::string tag : {"html", "head", "body", "main", "table", "svg", "section", "figure", "div", "h2", "pre",
                                "tr", "ul", "li", "text", "script"}) {
    INFO(tag);
    CHECK(test::is_balanced(page, tag));
  }
  CHECK(count(page, "<script>") == 1);        // the page's own
  CHECK_FALSE(contains(page, "src=\"http"));  // nothing from elsewhere
  CHECK_FALSE(contains(page, "@import"));
  CHECK_FALSE(contains(page, "<link"));
}

}  // namespace

TEST_CASE("the page is complete, balanced and escaped") {
  for (const int epochs : {0, 1, 12}) {
    const std::string page = html(sample(epochs));
    check_sound(page);
    CHECK(contains(page, "&lt;b&gt;name&lt;/b&gt; &amp; co"));
    for (const char* title : {"Confusion matrix", "Worst mistakes", "Model", "First filters", "Configuration"})
      CHECK(contains(page, "<h2>" + std::string(title)));
    CHECK(contains(page, "<h2>Training") == (epochs > 0));
    CHECK(contains(page, "<h2>Diagnostics") == (epochs > 0));
    CHECK(contains(page, "&lt;cat&gt; → dog<br><span class=\"soft\">75.00 %"));
    CHECK(count(page, "data:image/png;base64,UE5H\"") == 3);
  }
}

TEST_CASE("charts over time have a view for each clock") {
  const std::string page = html(sample(3));
  CHECK(count(page, "<div class=\"by-step\">") > 8);
  CHECK(count(page, "<div class=\"by-step\">") == count(page, "<div class=\"by-seconds\">"));
  CHECK(contains(page, "seconds of training"));
}

TEST_CASE("a run from before steps were told shows its epochs") {
  Report report = sample(3);
  report.record.steps.clear();
  report.record.diagnostics.clear();
  for (EpochLog& log : report.record.history) log.step = 0;
  const std::string page = html(report);
  CHECK_FALSE(contains(page, "nothing to draw"));
  CHECK_FALSE(contains(page, ">step</text>"));
}

TEST_CASE("a run that diverged or was left says so first, and what the page does without") {
  Report report = sample(2);
  report.record.divergence = Divergence{"the loss of step 7 is not finite", {1, 10, 1000}};
  for (std::uint64_t step = 1; step <= 30; ++step) report.record.warnings.push_back({step, "skipped"});
  report.record.outcome.reset();
  report.test.reset();
  report.model.reset();
  report.mistakes.clear();
  report.filters = {};
  report.omissions = {"Without an evaluation: the data is gone"};
  const std::string page = html(report);
  check_sound(page);
  CHECK(contains(page, "A training run of convoy, diverged."));
  CHECK(page.find("the loss of step 7 is not finite") < page.find("class=\"cards\""));
  CHECK(contains(page, "and 10 more warnings"));
  CHECK(contains(page, "the data is gone"));
  CHECK_FALSE(contains(page, "<h2>Model"));
  CHECK_FALSE(contains(page, "<h2>Confusion"));
  report.record.divergence.reset();
  CHECK(contains(html(report), "not finished"));
}

TEST_CASE("a live page loads itself again, and what its outcome warns of comes first") {
  Report report = sample(2);
  report.record.outcome->warning = "the statistics <lag>";
  const std::string page = html(report);
  CHECK_FALSE(contains(page, "refresh"));
  CHECK(page.find("the statistics &lt;lag&gt;") < page.find("class=\"cards\""));
  report.live = true;
  CHECK(contains(html(report), "<meta http-equiv=\"refresh\" content=\"5\">"));
  CHECK(contains(html(report), "under way"));
  check_sound(html(report));
}

TEST_CASE("of many classes the page lists the most frequent confusions") {
  Report report = sample(1);
  report.test = Evaluation{.samples = 100, .classes = 10000};
  report.test->confusion.add(3, 5, 17);
  report.test->confusion.add(4, 4, 83);
  const std::string page = html(report);
  CHECK(contains(page, "<td class=\"text\">3</td><td class=\"text\">5</td><td>17</td>"));
  CHECK(page.size() < 200000);
}

TEST_CASE("text, numbers and times as a page shows them") {
  CHECK(escaped("<a href=\"x\">'&") == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
  CHECK(with_separators(1234567) == "1,234,567");
  CHECK(duration(12.34) == "12.3 s");
  CHECK(duration(245) == "4 min 05 s");
  CHECK(duration(3725) == "1 h 02 min");
  CHECK(fixed(1e300 * 1e300, 2) == "-");
  CHECK(data_uri("M") == "data:image/png;base64,TQ==");
  CHECK(data_uri("Man") == "data:image/png;base64,TWFu");
  CHECK(data_uri("") == "data:image/png;base64,");
}
