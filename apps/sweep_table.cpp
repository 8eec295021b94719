#include "sweep_table.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "convoy/foreign_text.h"
#include "convoy/number_text.h"
#include "terminal.h"

namespace convoy::app {
namespace {

constexpr std::size_t widest_label = 36;  ///< columns, so that a line has 80; sweep.csv has the whole label

/// "97.85 +- 0.12 %", "97.85 %" for a single run
std::string mean_accuracy(const SweepSummary& summary) {
  if (summary.finished == 0) return "";
  const std::string deviation = summary.finished < 2 ? "" : " +- " + fixed(100 * summary.accuracy_deviation, 2);
  return fixed(100 * summary.accuracy, 2) + deviation + " %";
}

/// A loss with four decimals; very large ones with three digits and an exponent.
std::string compact(double loss) {
  constexpr double large = 1e5;
  if (loss < large) return fixed(loss, 4);
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", loss);
  return text;
}

/// "0.0980 +- 0.0012"; without a deviation for a single run, "" for none.
std::string mean_loss(const SweepSummary& summary) {
  if (summary.finished == 0) return "";
  return compact(summary.loss) + (summary.finished < 2 ? "" : " +- " + compact(summary.loss_deviation));
}

/// "best, 1 of 3 diverged", or the part of it that applies.
std::string note_on(const SweepSummary& summary) {
  std::string note = summary.best ? green("best", Stream::out) : "";
  if (summary.diverged > 0) {
    const int over = summary.finished + summary.diverged;
    note += (note.empty() ? "" : ", ") + std::to_string(summary.diverged) + " of " + std::to_string(over) + " diverged";
  }
  return note;
}

}  // namespace

void print_table(const SweepResult& result) {
  std::vector<std::vector<std::string>> rows = {{"setting", "runs", "test accuracy", "test loss", ""}};
  for (const SweepSummary& summary : result.settings) {
    rows.push_back({shortened(shown(summary.label), widest_label), std::to_string(summary.finished),
                    mean_accuracy(summary), mean_loss(summary), note_on(summary)});
  }
  std::vector<std::size_t> widths(rows[0].size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += padded(row[i], widths[i] + 2);
    std::cout << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
  }
  std::cout << "runs    " << shown(result.folder.string()) << '\n'
            << "table   " << shown(result.table.string()) << '\n'
            << "page    " << shown(result.page.string()) << '\n';
}

}  // namespace convoy::app
