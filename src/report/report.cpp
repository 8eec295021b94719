#include "report/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "report/chart.h"

namespace convoy {
namespace {

constexpr const char* style = R"(
:root { --ink: #1d2433; --soft: #667085; --rule: #e4e7ec; --page: #ffffff; --card: #f7f8fa; --one: #2563eb; --two: #d9480f; --heat: 37, 99, 235; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ef; --soft: #98a2b3; --rule: #2b3342; --page: #12161f; --card: #1a202c; --one: #6ea8fe; --two: #ff9a5c; --heat: 110, 168, 254; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1180px; padding: 32px 20px; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0 0 4px; font-size: 26px; } h2 { margin: 36px 0 12px; font-size: 18px; }
.soft { color: var(--soft); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin-top: 20px; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 12px 14px; }
.card b { display: block; font-size: 22px; } .card span { color: var(--soft); font-size: 13px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 16px; }
.charts svg { width: 100%; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; } svg .title { fill: var(--ink); font-size: 14px; font-weight: 600; }
svg .grid { stroke: var(--rule); } svg path { fill: none; stroke-width: 2; }
svg .line0 { stroke: var(--one); } svg .line1 { stroke: var(--two); } svg line.line0, svg line.line1 { stroke-width: 2; }
svg circle.line0 { fill: var(--one); } svg circle.line1 { fill: var(--two); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; } th, td { padding: 4px 10px; text-align: right; border-bottom: 1px solid var(--rule); }
th { font-weight: 600; color: var(--soft); } td.text, th.text { text-align: left; }
pre { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 14px; overflow-x: auto; font-size: 13px; }
@media print { body { max-width: none; } h2 { break-after: avoid; } svg, table { break-inside: avoid; } }
)";

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string percent(double share) { return fixed(100 * share, 2) + " %"; }

std::string card(const std::string& figure, const std::string& label) {
  return "<div class=\"card\"><b>" + escaped(figure) + "</b><span>" + escaped(label) + "</span></div>\n";
}

std::string cards(const Report& report) {
  std::string text = "<div class=\"cards\">\n" + card(percent(report.test.accuracy), "test accuracy") +
                     card(fixed(report.test.loss, 4), "test loss") +
                     card(std::to_string(report.best_epoch) + " of " + std::to_string(report.history.size()),
                          "best epoch, evaluated here") +
                     card(std::to_string(report.summary.trainable + report.summary.non_trainable), "parameters");
  if (!report.history.empty())
    text += card(fixed(report.history.back().images_per_second, 0), "images a second in training");
  return text + "</div>\n";
}

template <class Value>
std::vector<double> column(const History& history, Value value) {
  std::vector<double> values;
  for (const EpochLog& log : history) values.push_back(value(log));
  return values;
}

Chart make_chart(const std::string& title, const History& history, double EpochLog::*train,
                 double EpochLog::*validation) {
  Chart chart{title, "epoch", {{"training", column(history, [&](const EpochLog& log) { return log.*train; })}}};
  if (!history.empty() && history.front().has_validation) {
    chart.series.push_back({"validation", column(history, [&](const EpochLog& log) { return log.*validation; })});
  }
  return chart;
}

std::string charts(const History& history) {
  const Chart rate{"Learning rate",
                   "epoch",
                   {{"at the epoch's end", column(history, [](const EpochLog& log) { return log.learning_rate; })}}};
  return "<h2>Training</h2>\n<div class=\"charts\">\n" +
         svg(make_chart("Loss", history, &EpochLog::loss, &EpochLog::validation_loss)) +
         svg(make_chart("Accuracy", history, &EpochLog::accuracy, &EpochLog::validation_accuracy)) + svg(rate) +
         "</div>\n";
}

std::string class_name(const Report& report, int i) {
  const auto at = static_cast<std::size_t>(i);
  return at < report.class_names.size() ? report.class_names[at] : std::to_string(i);
}

std::string ratio(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? "-" : percent(static_cast<double>(part) / static_cast<double>(whole));
}

std::string heat_cell(std::int64_t count, std::int64_t largest, bool right) {
  if (count == 0) return "<td class=\"soft\">0</td>";
  const double share =
      std::sqrt(static_cast<double>(count) / static_cast<double>(largest));  // rare mistakes stay visible
  const std::string colour = right ? "var(--heat)" : "217, 72, 15";
  return "<td style=\"background: rgba(" + colour + ", " + fixed(0.08 + 0.5 * share, 2) + ")\">" +
         std::to_string(count) + "</td>";
}

std::string confusion(const Report& report) {
  const Evaluation& test = report.test;
  if (test.confusion.empty() || test.classes > 60) return "";
  const auto cell = [&](int row, int col) {
    return test.confusion[static_cast<std::size_t>(row * test.classes + col)];
  };
  const std::int64_t largest = std::max<std::int64_t>(1, *std::ranges::max_element(test.confusion));
  std::string text = "<h2>Confusion matrix</h2>\n<p class=\"soft\">Rows are labels, columns predictions, on " +
                     std::to_string(test.samples) + " test images.</p>\n<div class=\"wide\"><table>\n<tr><th></th>";
  for (int i = 0; i < test.classes; ++i) text += "<th>" + escaped(class_name(report, i)) + "</th>";
  text += "<th>recall</th><th>precision</th></tr>\n";
  for (int row = 0; row < test.classes; ++row) {
    std::int64_t in_row = 0;
    std::int64_t in_column = 0;
    text += "<tr><th>" + escaped(class_name(report, row)) + "</th>";
    for (int i = 0; i < test.classes; ++i) {
      in_row += cell(row, i);
      in_column += cell(i, row);
      text += heat_cell(cell(row, i), largest, i == row);
    }
    text += "<td>" + ratio(cell(row, row), in_row) + "</td><td>" + ratio(cell(row, row), in_column) + "</td></tr>\n";
  }
  return text + "</table></div>\n";
}

std::string layers(const Summary& summary) {
  std::string text =
      "<h2>Layers</h2>\n<div class=\"wide\"><table>\n<tr><th class=\"text\">layer</th><th class=\"text\">type</th>"
      "<th>output</th><th>parameters</th><th>MACs</th><th class=\"text\">mode</th></tr>\n";
  for (const SummaryRow& row : summary.rows) {
    text += "<tr><td class=\"text\">" + escaped(row.name) + "</td><td class=\"text\">" + escaped(row.type) +
            "</td><td>" + row.output.text() + "</td><td>" + std::to_string(row.parameters) + "</td><td>" +
            std::to_string(row.macs) + "</td><td class=\"text\">" + escaped(row.mode) + "</td></tr>\n";
  }
  return text + "</table></div>\n";
}

std::string facts(const Report& report) {
  std::string text = "<h2>Environment</h2>\n<div class=\"wide\"><table>\n";
  for (const auto& [label, value] : report.facts) {
    text += "<tr><th class=\"text\">" + escaped(label) + "</th><td class=\"text\">" + escaped(value) + "</td></tr>\n";
  }
  return text + "</table></div>\n";
}

}  // namespace

std::string html(const Report& report) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         escaped(report.name) + "</title>\n<style>" + style + "</style>\n</head>\n<body>\n<h1>" + escaped(report.name) +
         "</h1>\n<p class=\"soft\">A training run of convoy.</p>\n" + cards(report) + charts(report.history) +
         confusion(report) + layers(report.summary) + "<h2>Configuration</h2>\n<pre>" + escaped(report.config) +
         "</pre>\n" + facts(report) + "</body>\n</html>\n";
}

}  // namespace convoy
