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

TEST_CASE("a run without warnings has no alerts") { CHECK_FALSE(contains(html(sample(2)), "class=\"alert\"")); }

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
  CHECK(contains(page, "<div class=\"alert\">Step 20: skipped</div>"));
  CHECK_FALSE(contains(page, "Step 21: skipped"));
  CHECK(contains(page, "data-x=\"-3 -1 0\" data-y=\"1 1000 1\""));  // the last three norms, on a logarithmic axis
  CHECK(contains(page, "d=\"M62 208L304 142.67L546 12\""));
  CHECK(contains(page, "the data is gone"));
  CHECK_FALSE(contains(page, "<h2>Model"));
  CHECK_FALSE(contains(page, "<h2>Confusion"));
  report.record.divergence.reset();
  report.record.warnings.resize(20);
  CHECK(contains(html(report), "not finished"));
  CHECK_FALSE(contains(html(report), "more warnings"));
  report.record.warnings.resize(2);
  CHECK(count(html(report), "class=\"alert\"") == 2);
}

TEST_CASE("the cards tell what the run recorded, and no best epoch where it had none") {
  Report report = sample(2);
  report.test.reset();
  CHECK(contains(html(report), "<b>2</b><span>best epoch, evaluated here</span>"));
  CHECK(contains(html(report), "<b>90.00 %</b><span>test accuracy</span>"));
  report.record.outcome->best_epoch = 0;
  CHECK_FALSE(contains(html(report), "best epoch"));
}

TEST_CASE("charts show what the run logged, in the units of their titles") {
  RunRecord record;
  record.history = {{.epoch = 1, .loss = 4, .accuracy = 0.25, .step = 10},
                    {.epoch = 2,
                     .loss = 2,
                     .accuracy = 0.75,
                     .validation_loss = 3,
                     .validation_accuracy = 0.5,
                     .has_validation = true,
                     .step = 20}};
  record.diagnostics = {
      {.step = 10,
       .layers = {{.name = "a", .dead = 0.25, .forward_us = 2}, {.name = "b"}, {.name = "c", .backward_us = 1}}}};
  const std::string page = html(Report{.title = "t", .record = record});
  const auto chart = [&](const std::string& title) {
    const std::size_t at = page.find("<figcaption>" + title + "</figcaption>");
    REQUIRE(at != std::string::npos);
    return page.substr(at, page.find("</svg>", at) - at);
  };
  CHECK(contains(chart("Accuracy, %"), "<title>training: 75 at 20</title>"));
  CHECK(count(chart("Accuracy, %"), "<title>validation: ") == 1);
  CHECK(contains(chart("Accuracy, %"), "<title>validation: 50 at 20</title>"));
  CHECK(contains(chart("Error, %"), "<title>training: 25 at 20</title>"));
  CHECK(contains(chart("Loss"), "<title>validation: 3 at 20</title>"));
  CHECK(contains(chart("Dead units, %"), "<title>a: 25 at 10</title>"));
  const std::string times = page.substr(page.find("Time by layer"));
  CHECK(contains(times, "<span>a</span>"));
  CHECK_FALSE(contains(times, "<span>b</span>"));
  CHECK(contains(times, "<span>c</span>"));
  record.steps = {{.step = 5, .epoch = 1, .loss = 8, .accuracy = 0.5}};
  const std::string stepped = html(Report{.title = "t", .record = record});
  CHECK(contains(stepped, "<title>training: 8 at 5</title>"));
  CHECK(contains(stepped, "<title>training: 50 at 5</title>"));
  CHECK_FALSE(contains(stepped, "<title>training: 4 at 10</title>"));
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

TEST_CASE("a matrix of few classes has a row a label, coloured by rightness and count") {
  const std::string page = html(sample(1));
  const auto cell = [](const std::string& kind) {
    return "<td style=\"background: rgba(var(--" + kind + "), 0.60)\">1</td>";
  };
  CHECK(contains(page,
                 "<tr><th></th><th>&lt;cat&gt;</th><th>dog</th><th>recall</th><th>precision</th></tr>\n"
                 "<tr><th>&lt;cat&gt;</th>" +
                     cell("right") + cell("wrong") +
                     "<td>50.00 %</td><td>100.00 %</td></tr>\n"
                     "<tr><th>dog</th><td class=\"soft\">0</td>" +
                     cell("right") + "<td>100.00 %</td><td>50.00 %</td></tr>\n</table>"));
}

TEST_CASE("up to 30 classes have a matrix") {
  Report report = sample(1);
  for (const int classes : {30, 31}) {
    report.test = Evaluation{.samples = 1, .classes = classes};
    report.test->confusion.add(3, 5);
    CHECK(contains(html(report), "Rows are labels") == (classes == 30));
    CHECK(contains(html(report), "The most frequent confusions") == (classes == 31));
  }
}

TEST_CASE("the table of layers has a row each and their sums, folded beyond 24; a drawing has at most 500") {
  Report report = sample(1);
  report.model = Summary{.name = "", .rows = {}, .trainable = 300, .non_trainable = 20, .macs = 1000};
  const auto page_of = [&](std::size_t layers) {
    report.model->rows.assign(layers, {.name = "conv1",
                                       .type = "conv2d",
                                       .output = {26, 26, 32},
                                       .parameters = 320,
                                       .macs = 1000,
                                       .inputs = {"input"},
                                       .frozen = true});
    return html(report);
  };
  const std::string page = page_of(24);
  CHECK(contains(page,
                 "<tr><td class=\"text\">conv1</td><td class=\"text\">conv2d</td><td>26x26x32</td><td>320</td>"
                 "<td>1,000</td><td class=\"text\">frozen</td></tr>"));
  CHECK(contains(page, "<tr><td class=\"text\">in all</td><td></td><td></td><td>320</td><td>1,000</td><td></td></tr>"));
  CHECK(contains(page, "<b>320</b><span>parameters</span>"));
  CHECK_FALSE(contains(page, "<details>"));
  CHECK(contains(page_of(25), "<details><summary>All 25 layers</summary>"));
  CHECK(contains(page_of(500), "aria-label=\"the network\""));
  CHECK(contains(page_of(501), "The network has too many layers for a drawing."));
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
  CHECK(data_uri("Ma") == "data:image/png;base64,TWE=");
  CHECK(data_uri("Man") == "data:image/png;base64,TWFu");
  CHECK(data_uri("Many") == "data:image/png;base64,TWFueQ==");
  CHECK(data_uri("") == "data:image/png;base64,");
}
