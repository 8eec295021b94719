#include "report/report.h"

#include <algorithm>
#include <span>

#include "convoy/number_text.h"
#include "report/chart.h"
#include "report/confusion.h"
#include "report/markup.h"
#include "report/network_drawing.h"
#include "report/page.h"
#include "report/run_charts.h"

namespace convoy {
namespace {

constexpr std::size_t most_drawn_layers = 500;  ///< of a network that is drawn
constexpr std::size_t most_warnings = 20;       ///< shown; the others are counted
constexpr std::size_t most_open_rows = 24;      ///< of a table of layers that is not folded

/// A box with a warning; the text is escaped.
std::string alert(const std::string& text) { return "<div class=\"alert\">" + escaped(text) + "</div>\n"; }

/// A chart of the last norms of the gradient, which often show how a divergence came about; "" without norms.
std::string last_norms_chart(const Divergence& divergence) {
  const auto& norms = divergence.gradient_norms;
  if (norms.empty()) return "";
  Series series{"norm of the gradient", {}};
  for (std::size_t i = 0; i < norms.size(); ++i) {
    series.points.push_back({static_cast<double>(i) - static_cast<double>(norms.size()), norms[i]});
  }
  const Chart chart{
      "Norm of the gradient before it diverged", "steps before the end", {series}, scaled_by_span({series})};
  return "<div class=\"charts\">\n" + figure(chart) + "</div>\n";
}

/// An alert for each of the first 20 warnings, with its step unless its message names it, and one that counts the
/// others.
std::string warning_alerts(const std::vector<RunWarning>& all) {
  std::string text;
  for (const RunWarning& warning : std::span(all).first(std::min(all.size(), most_warnings))) {
    const std::string step = with_separators(static_cast<std::int64_t>(warning.step));
    text += alert((warning.step > 0 && !warning.message.starts_with("step") ? "Step " + step + ": " : "") +
                  warning.message);
  }
  if (all.size() <= most_warnings) return text;
  return text + alert("and " + std::to_string(all.size() - most_warnings) + " more warnings");
}

/// What went wrong, for the top of the page: divergence, warnings, and remarks on what is left out.
std::string alerts(const Report& report) {
  const RunRecord& record = report.record;
  std::string text;
  if (record.divergence) text = alert("Diverged: " + record.divergence->message) + last_norms_chart(*record.divergence);
  if (record.outcome && !record.outcome->warning.empty()) text += alert(record.outcome->warning);
  text += warning_alerts(record.warnings);
  for (const std::string& omission : report.omissions) text += remark(omission);
  return text;
}

/// Cards with the main numbers of the run; numbers that it has not recorded are left out.
std::string result_cards(const Report& report) {
  const RunRecord& record = report.record;
  std::vector<Card> all;
  if (report.test) {
    all.push_back({percent(report.test->accuracy), "test accuracy"});
    all.push_back({fixed(report.test->loss, 4), "test loss"});
  } else if (record.outcome) {
    all.push_back({percent(record.outcome->accuracy), "test accuracy"});
    all.push_back({fixed(record.outcome->loss, 4), "test loss"});
  }
  all.push_back({std::to_string(record.history.size()), "epochs"});
  if (record.outcome && record.outcome->best_epoch > 0)
    all.push_back({std::to_string(record.outcome->best_epoch), "best epoch, evaluated here"});
  if (report.model)
    all.push_back({with_separators(report.model->trainable + report.model->non_trainable), "parameters"});
  if (!record.history.empty())
    all.push_back({fixed(record.history.back().images_per_second, 0), "images a second in training"});
  if (record.outcome) {
    all.push_back({duration(record.outcome->seconds), "training and evaluation"});
    all.push_back({fixed(record.outcome->peak_rss_mb, 0) + " MB", "peak memory"});
  }
  return cards(all);
}

/// A table of the layers with their sums; folded where it is long.
std::string layers_table(const Summary& model) {
  std::vector<std::vector<Cell>> rows = {
      {{"layer", true}, {"type", true}, {"output"}, {"parameters"}, {"MACs"}, {"mode", true}}};
  for (const SummaryRow& row : model.rows) {
    rows.push_back({{row.name, true},
                    {row.type, true},
                    {row.output.text()},
                    {with_separators(row.parameters)},
                    {with_separators(row.macs)},
                    {row.frozen ? "frozen" : "", true}});
  }
  rows.push_back({{"in all", true},
                  {},
                  {},
                  {with_separators(model.trainable + model.non_trainable)},
                  {with_separators(model.macs)},
                  {}});
  if (model.rows.size() <= most_open_rows) return table(rows);
  return "<details><summary>All " + std::to_string(model.rows.size()) + " layers</summary>\n" + table(rows) +
         "</details>\n";
}

/// The drawing of the network beside the table of its layers; "" without a model. Large networks are not drawn.
std::string network_part(const Report& report) {
  if (!report.model) return "";
  const std::string drawing = report.model->rows.size() > most_drawn_layers
                                  ? remark("The network has too many layers for a drawing.")
                                  : "<div class=\"wide\">" + network_drawing(*report.model, report.input) + "</div>\n";
  return "<div class=\"model\">\n" + drawing + layers_table(*report.model) + "</div>\n";
}

/// An image with a caption of HTML; the alternative text is escaped.
std::string captioned_image(const std::string& png, const std::string& alternative, const std::string& caption) {
  return "<div><img src=\"" + data_uri(png) + "\" alt=\"" + escaped(alternative) + "\">" + caption + "</div>\n";
}

/// The pictures of the worst mistakes, with labels, predictions and probabilities; "" where there are none.
std::string mistakes_gallery(const Report& report) {
  if (report.mistakes.empty()) return "";
  std::string text;
  for (const MistakePicture& one : report.mistakes) {
    const std::string label = class_name(report.class_names, one.mistake.label);
    const std::string taken_for = class_name(report.class_names, one.mistake.prediction);
    text += captioned_image(one.png, "test image " + std::to_string(one.mistake.sample),
                            escaped(label + " → " + taken_for) + "<br><span class=\"soft\">" +
                                percent(one.mistake.probability) + "</span>");
  }
  return remark(
             "The misclassified test images with the highest losses: label → prediction, and the prediction's "
             "probability.") +
         "<div class=\"pictures\">\n" + text + "</div>\n";
}

/// The pictures of the first filters below a remark; "" where there are none.
std::string filters_gallery(const FilterPictures& filters) {
  if (filters.pngs.empty()) return "";
  std::string text;
  for (std::size_t i = 0; i < filters.pngs.size(); ++i) {
    text += captioned_image(filters.pngs[i], "filter " + std::to_string(i), "");
  }
  return remark("The kernels of " + filters.layer +
                ": grey is 0, white and black are plus and minus the largest weight.") +
         "<div class=\"pictures filters\">\n" + text + "</div>\n";
}

/// A table of the environment that the run recorded, with the checksums of its data.
std::string environment_table(const RunRecord& record) {
  const Environment& environment = record.environment;
  std::vector<std::vector<Cell>> rows = {{{"environment", true}, {}},
                                         {{"started", true}, {environment.started, true}},
                                         {{"threads", true}, {std::to_string(environment.threads), true}},
                                         {{"processor", true}, {environment.cpu, true}},
                                         {{"instruction set", true}, {environment.isa, true}},
                                         {{"compiler", true}, {environment.compiler, true}},
                                         {{"convoy", true}, {environment.convoy_version, true}}};
  if (!environment.blas_core.empty()) rows.push_back({{"OpenBLAS kernels", true}, {environment.blas_core, true}});
  for (const auto& [file, sum] : environment.data) rows.push_back({{"SHA-256 of " + file, true}, {sum, true}});
  return "<div class=\"facts\">\n" + table(rows) + "</div>\n";
}

}  // namespace

std::string html(const Report& report) {
  const RunRecord& record = report.record;
  const std::string test = report.test ? confusion(*report.test, report.class_names) : "";
  const std::string state = report.live ? "under way: this page loads itself again" : state_text(record);
  return page(report.title, "A training run of convoy, " + state + ".",
              alerts(report) + result_cards(report) + section("Training", training_charts(record)) +
                  section("Confusion matrix", test) + section("Worst mistakes", mistakes_gallery(report)) +
                  section("Diagnostics", diagnostics_charts(record)) + section("Model", network_part(report)) +
                  section("First filters", filters_gallery(report.filters)) +
                  section("Configuration", "<pre>" + escaped(record.config) + "</pre>\n") +
                  section("Environment", environment_table(record)),
              report.live);
}

}  // namespace convoy
