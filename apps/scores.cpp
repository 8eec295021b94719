#include "scores.h"

#include <algorithm>
#include <numeric>

#include "convoy/foreign_text.h"
#include "convoy/number_text.h"
#include "json.h"
#include "terminal.h"

namespace convoy::app {
namespace {

using Names = std::vector<std::string>;

constexpr std::size_t line_width = 80;
constexpr std::size_t widest_class = 32;
constexpr std::size_t some = 10;         ///< classes or pairs that are shown where there are too many
constexpr std::size_t most_pairs = 100;  ///< pairs of classes in JSON

/// The name of a class, shortened.
std::string short_name(const Names& names, int number) {
  return shortened(shown(class_name(names, number)), widest_class);
}

/// The width of the longest short_name().
std::size_t widest(const Names& names, int classes) {
  std::size_t width = 0;
  for (int i = 0; i < classes; ++i) width = std::max(width, columns(short_name(names, i)));
  return width;
}

/// A share as percent without the sign; "-" where it is a share of nothing.
std::string ratio(double share, std::int64_t whole) { return whole == 0 ? "-" : fixed(100 * share, 2); }

/// A row of the table of classes, from texts.
std::string score_row(const std::string& name, std::size_t width, const std::string& precision,
                      const std::string& recall, const std::string& f1, const std::string& samples) {
  constexpr std::size_t cell = 12;
  return padded(name, width) + right_aligned(precision, cell) + right_aligned(recall, cell) + right_aligned(f1, cell) +
         right_aligned(samples, cell) + '\n';
}

/// The classes to show: all of few, in order; of many the 10 with the lowest F1 that have samples.
std::vector<std::size_t> shown_classes(const std::vector<ClassScore>& scores) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (scores.size() <= few_classes) return order;
  std::erase_if(order, [&](std::size_t i) { return scores[i].samples == 0; });
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return scores[i].f1; });
  order.resize(std::min(order.size(), some));
  return order;
}

/// The table of precision, recall and F1 by class, with their means.
std::string class_table(const std::vector<ClassScore>& scores, const Names& names) {
  const std::vector<std::size_t> classes = shown_classes(scores);
  std::size_t width = 5;
  for (const std::size_t i : classes) width = std::max(width, columns(short_name(names, static_cast<int>(i))));
  std::string text = score_row("class", width, "precision %", "recall %", "F1 %", "images");
  for (const std::size_t i : classes) {
    const ClassScore& score = scores[i];
    text += score_row(short_name(names, static_cast<int>(i)), width, ratio(score.precision, score.predictions),
                      ratio(score.recall, score.samples), ratio(score.f1, score.samples + score.predictions),
                      std::to_string(score.samples));
  }
  const ClassScore mean = macro_average(scores);
  text += score_row("mean", width, ratio(mean.precision, mean.samples), ratio(mean.recall, mean.samples),
                    ratio(mean.f1, mean.samples), std::to_string(mean.samples));
  if (classes.size() == scores.size()) return text;
  return text + "these are the " + std::to_string(classes.size()) + " lowest F1 of " + std::to_string(scores.size()) +
         " classes; --json has them all\n";
}

/// The width of a cell of the confusion matrix.
std::size_t matrix_cell(const Evaluation& evaluation, const Names& names) {
  constexpr std::size_t least = 5;
  return std::max(least, widest(names, evaluation.classes));
}

/// Whether the confusion matrix fits 80 columns and has few classes.
bool fits_as_matrix(const Evaluation& evaluation, const Names& names) {
  const auto cells = static_cast<std::size_t>(evaluation.classes) + 1;
  return evaluation.classes <= few_classes && cells * (matrix_cell(evaluation, names) + 1) <= line_width;
}

/// The confusion matrix as text.
std::string matrix(const Evaluation& evaluation, const Names& names) {
  const std::size_t width = matrix_cell(evaluation, names);
  const auto cell = [&](const std::string& text) { return ' ' + right_aligned(text, width); };
  std::string text = "confusion matrix (rows: labels, columns: predictions)\n" + cell("");
  for (int i = 0; i < evaluation.classes; ++i) text += cell(short_name(names, i));
  for (int label = 0; label < evaluation.classes; ++label) {
    text += '\n' + cell(short_name(names, label));
    for (int i = 0; i < evaluation.classes; ++i) text += cell(std::to_string(evaluation.confusion.count(label, i)));
  }
  return text + '\n';
}

/// The pairs of classes that were confused most, as text; "" without mistakes.
std::string confused_pairs(const Evaluation& evaluation, const Names& names) {
  const auto pairs = evaluation.confusion.most_confused(some);
  if (pairs.empty()) return "";
  std::string text = "most confused\n";
  for (const auto& [label, prediction, count] : pairs) {
    text += right_aligned(std::to_string(count), 7) + "  " + short_name(names, label) + " taken for " +
            short_name(names, prediction) + '\n';
  }
  return text;
}

/// The names of the classes without a sample.
Names missing_classes(const Evaluation& evaluation, const Names& class_names) {
  const std::vector<ClassScore> scores = class_scores(evaluation);
  const std::size_t known = class_names.empty() ? scores.size() : std::min(scores.size(), class_names.size());
  Names missing;
  for (std::size_t i = 0; i < known; ++i) {
    if (scores[i].samples == 0) missing.push_back(class_name(class_names, static_cast<int>(i)));
  }
  return missing;
}

Json json_of(const ClassScore& score) {
  return {{"precision", score.precision},
          {"recall", score.recall},
          {"f1", score.f1},
          {"samples", score.samples},
          {"predictions", score.predictions}};
}

/// The confusion matrix as JSON: for each label a list of counts by prediction.
Json rows_of(const Evaluation& evaluation) {
  Json rows = Json::array();
  for (int label = 0; label < evaluation.classes; ++label) {
    Json row = Json::array();
    for (int i = 0; i < evaluation.classes; ++i) row.push_back(evaluation.confusion.count(label, i));
    rows.push_back(row);
  }
  return rows;
}

/// The pairs of classes that were confused most, as JSON.
Json pairs_of(const Evaluation& evaluation, const Names& names) {
  Json pairs = Json::array();
  for (const auto& [label, prediction, count] : evaluation.confusion.most_confused(most_pairs)) {
    pairs.push_back(
        {{"label", class_name(names, label)}, {"prediction", class_name(names, prediction)}, {"count", count}});
  }
  return pairs;
}

}  // namespace

std::string scores_text(const Evaluation& evaluation, const Names& class_names) {
  const std::vector<ClassScore> scores = class_scores(evaluation);
  if (scores.empty()) return "";
  std::string text;
  if (evaluation.calibration_error) {
    text += "calibration error " + percent(*evaluation.calibration_error) +
            " (probabilities against the share that is right)\n";
  }
  text += class_table(scores, class_names);
  return text + (fits_as_matrix(evaluation, class_names) ? matrix : confused_pairs)(evaluation, class_names);
}

void add_scores(Json& line, const Evaluation& evaluation, const Names& class_names) {
  const std::vector<ClassScore> scores = class_scores(evaluation);
  if (scores.empty()) return;
  line["calibration_error"] = evaluation.calibration_error ? Json(*evaluation.calibration_error) : Json();
  line["macro"] = json_of(macro_average(scores));
  line["classes"] = Json::array();
  for (int i = 0; i < evaluation.classes; ++i) {
    Json row = {{"class", class_name(class_names, i)}};
    row.update(json_of(scores[static_cast<std::size_t>(i)]));
    line["classes"].push_back(row);
  }
  line["missing_classes"] = missing_classes(evaluation, class_names);
  if (evaluation.classes <= few_classes) {
    line["confusion"] = rows_of(evaluation);
  } else {
    line["most_confused"] = pairs_of(evaluation, class_names);
  }
}

std::string missing_classes_text(const Evaluation& evaluation, const Names& class_names) {
  const Names missing = missing_classes(evaluation, class_names);
  if (missing.empty()) return "";
  std::string text = missing.size() == 1 ? "no image of the model's class " : "no image of the model's classes ";
  for (std::size_t i = 0; i < std::min(some, missing.size()); ++i) {
    text += (i == 0 ? "" : ", ") + shortened(shown(missing[i]), widest_class);
  }
  return missing.size() <= some ? text : text + " and " + std::to_string(missing.size() - some) + " more";
}

}  // namespace convoy::app
