#include "report/confusion.h"

#include <algorithm>
#include <cmath>

#include "report/markup.h"

namespace convoy {
namespace {

constexpr int most_classes = 40;  ///< of a matrix that can be read
constexpr std::size_t most_confusions = 30;

/// Counts by label and prediction.
class Matrix {
 public:
  explicit Matrix(const Evaluation& evaluation) : classes_(evaluation.classes), counts_(evaluation.confusion) {}

  int classes() const { return classes_; }
  std::int64_t at(int label, int prediction) const {
    return counts_[static_cast<std::size_t>(label) * static_cast<std::size_t>(classes_) +
                   static_cast<std::size_t>(prediction)];
  }
  std::int64_t largest() const { return std::max<std::int64_t>(1, *std::ranges::max_element(counts_)); }
  std::int64_t labelled(int label) const {
    std::int64_t sum = 0;
    for (int i = 0; i < classes_; ++i) sum += at(label, i);
    return sum;
  }
  std::int64_t predicted(int prediction) const {
    std::int64_t sum = 0;
    for (int i = 0; i < classes_; ++i) sum += at(i, prediction);
    return sum;
  }

 private:
  int classes_;
  const std::vector<std::int64_t>& counts_;
};

std::string ratio(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? "-" : percent(static_cast<double>(part) / static_cast<double>(whole));
}

std::string heat_cell(std::int64_t count, std::int64_t largest, bool right) {
  if (count == 0) return "<td class=\"soft\">0</td>";
  // the root: rare mistakes stay visible
  const double share = std::sqrt(static_cast<double>(count) / static_cast<double>(largest));
  return std::string("<td style=\"background: rgba(var(--") + (right ? "right" : "wrong") + "), " +
         fixed(0.1 + 0.5 * share, 2) + ")\">" + std::to_string(count) + "</td>";
}

std::string heat_map(const Matrix& matrix, const std::vector<std::string>& names) {
  std::string text = "<div class=\"wide\"><table>\n<tr><th></th>";
  for (int i = 0; i < matrix.classes(); ++i) text += "<th>" + escaped(class_name(names, i)) + "</th>";
  text += "<th>recall</th><th>precision</th></tr>\n";
  for (int label = 0; label < matrix.classes(); ++label) {
    text += "<tr><th>" + escaped(class_name(names, label)) + "</th>";
    for (int i = 0; i < matrix.classes(); ++i) text += heat_cell(matrix.at(label, i), matrix.largest(), i == label);
    const std::int64_t right = matrix.at(label, label);
    text += "<td>" + ratio(right, matrix.labelled(label)) + "</td><td>" + ratio(right, matrix.predicted(label)) +
            "</td></tr>\n";
  }
  return text + "</table></div>\n";
}

std::string most_frequent(const Matrix& matrix, const std::vector<std::string>& names) {
  struct Confusion {
    std::int64_t count;
    int label;
    int prediction;
  };
  std::vector<Confusion> found;
  for (int label = 0; label < matrix.classes(); ++label) {
    for (int i = 0; i < matrix.classes(); ++i) {
      if (i != label && matrix.at(label, i) > 0) found.push_back({matrix.at(label, i), label, i});
    }
  }
  std::ranges::stable_sort(found, std::greater{}, &Confusion::count);
  if (found.size() > most_confusions) found.resize(most_confusions);
  std::vector<std::vector<Cell>> rows = {{{"label", true}, {"taken for", true}, {"images"}}};
  for (const Confusion& one : found) {
    rows.push_back(
        {{class_name(names, one.label), true}, {class_name(names, one.prediction), true}, {std::to_string(one.count)}});
  }
  return table(rows);
}

}  // namespace

std::string class_name(const std::vector<std::string>& names, int number) {
  const auto at = static_cast<std::size_t>(number);
  return number >= 0 && at < names.size() ? names[at] : std::to_string(number);
}

std::string confusion(const Evaluation& evaluation, const std::vector<std::string>& class_names) {
  if (evaluation.classes < 2 || evaluation.confusion.empty()) return "";
  const Matrix matrix(evaluation);
  const std::string on = " on " + grouped(evaluation.samples) + " test images.";
  if (matrix.classes() > most_classes)
    return remark("The most frequent confusions" + on) + most_frequent(matrix, class_names);
  return remark("Rows are labels, columns predictions," + on) + heat_map(matrix, class_names);
}

}  // namespace convoy
