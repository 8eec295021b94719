#include "runs/run_page.h"

#include <algorithm>

#include "convoy/error.h"
#include "io/atomic_file.h"
#include "runs/run_report.h"

namespace convoy {
namespace {

/// Writes the report to report.html of the run folder, replaced atomically.
void write_page(const std::filesystem::path& run, const Report& report) {
  write_file_atomically(run / "report.html", html(report));
}

}  // namespace

void RunPage::show_if_due() {
  constexpr double least_seconds = 2;
  constexpr double times_its_cost = 50;
  if (since_last_.seconds() >= std::max(least_seconds, times_its_cost * cost_)) show();
}

void RunPage::try_to_write(bool live) {
  const Stopwatch watch;
  try {
    Report report = make_report(read_run(run_), model_);
    report.live = live;
    write_page(run_, report);
  } catch (const Error&) {
    // the next one may succeed
  }
  cost_ = watch.seconds();
  since_last_.restart();
}

void RunPage::write(const Dataset& test, const Evaluation& evaluation) {
  Report report = make_report(read_run(run_), model_);
  add_evaluation(report, model_, test, evaluation);
  write_page(run_, report);
}

}  // namespace convoy
