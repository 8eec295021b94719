#include "report/confusion.h"

#include <algorithm>
#include <cmath>

#include "convoy/foreign_text.h"
#include "convoy/number_text.h"
#include "report/markup.h"

namespace convoy {
namespace {

constexpr int most_classes = 30;             ///< of a matrix that is shown whole
constexpr std::size_t most_confusions = 30;  ///< in the list that takes the matrix's place
constexpr std::size_t widest_name = 30;      ///< of a class, in characters

/// A class's name, or its number without a name, with control characters shown and cut to widest_name.
std::string cell_name(const std::vector<std::string>& names, int number) {
  return shortened(shown(class_name(names, number)), widest_name);
}

/// A share as a percentage; "-" where the whole is 0.
std::string percent_or_dash(double share, std::int64_t whole) { return whole == 0 ? "-" : percent(share); }

/// A table cell with a count, the darker the nearer it is to `largest`; `right` chooses the colour of correct
/// predictions.
std::string heat_cell(std::int64_t count, std::int64_t largest, bool right) {
  if (count == 0) return "<td class=\"soft\">0</td>";
  // the root: rare mistakes stay visible
  const double share = std::sqrt(static_cast<double>(count) / static_cast<double>(largest));
  return std::string("<td style=\"background: rgba(var(--") + (right ? "right" : "wrong") + "), " +
         fixed(0.1 + 0.5 * share, 2) + ")\">" + std::to_string(count) + "</td>";
}

/// The highest count in a matrix that is not empty.
std::int64_t largest_count(const Confusion& confusion) {
  const std::vector<Confusion::Pair> pairs = confusion.pairs();
  return std::ranges::max(pairs, {}, &Confusion::Pair::count).count;
}

/// The matrix as a table of coloured cells, a row a label, with recall and precision.
std::string heat_map(const Evaluation& evaluation, const std::vector<std::string>& names) {
  const std::vector<ClassScore> scores = class_scores(evaluation);
  const std::int64_t largest = largest_count(evaluation.confusion);
  std::string text = "<div class=\"wide\"><table>\n<tr><th></th>";
  for (int i = 0; i < evaluation.classes; ++i) text += "<th>" + escaped(cell_name(names, i)) + "</th>";
  text += "<th>recall</th><th>precision</th></tr>\n";
  for (int label = 0; label < evaluation.classes; ++label) {
    text += "<tr><th>" + escaped(cell_name(names, label)) + "</th>";
    for (int i = 0; i < evaluation.classes; ++i) {
      text += heat_cell(evaluation.confusion.count(label, i), largest, i == label);
    }
    const ClassScore& score = scores[static_cast<std::size_t>(label)];
    text += "<td>" + percent_or_dash(score.recall, score.samples) + "</td><td>" +
            percent_or_dash(score.precision, score.predictions) + "</td></tr>\n";
  }
  return text + "</table></div>\n";
}

/// A table of the most frequent confusions, by falling count.
std::string confusions_table(const Confusion& confusion, const std::vector<std::string>& names) {
  std::vector<std::vector<Cell>> rows = {{{"label", true}, {"taken for", true}, {"images"}}};
  for (const auto& [label, prediction, count] : confusion.most_confused(most_confusions)) {
    rows.push_back({{cell_name(names, label), true}, {cell_name(names, prediction), true}, {std::to_string(count)}});
  }
  return table(rows);
}

}  // namespace

std::string confusion(const Evaluation& evaluation, const std::vector<std::string>& class_names) {
  if (evaluation.confusion.empty()) return "";
  const std::string on = " on " + with_separators(evaluation.samples) + " test images.";
  if (evaluation.classes > most_classes) {
    return remark("The most frequent confusions" + on) + confusions_table(evaluation.confusion, class_names);
  }
  return remark("Rows are labels, columns predictions," + on) + heat_map(evaluation, class_names);
}

}  // namespace convoy
