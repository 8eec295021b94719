#include "convoy/runs.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <iostream>

#include "convoy/foreign_text.h"
#include "convoy/number_text.h"
#include "json.h"
#include "options.h"
#include "terminal.h"
#include "verb.h"

namespace convoy::app {
namespace {

namespace fs = std::filesystem;

/// "12.3 s", "2:05 min", "14:30 h"
std::string brief_duration(double seconds) {
  if (seconds < 60) return fixed(seconds, 1) + " s";
  const auto whole = static_cast<long>(seconds);
  const bool hours = whole >= 3600;
  const long small = hours ? whole / 60 % 60 : whole % 60;
  return std::to_string(hours ? whole / 3600 : whole / 60) + (small < 10 ? ":0" : ":") + std::to_string(small) +
         (hours ? " h" : " min");
}

/// "2026-11-27T09:17:00Z" as local time: "11-27 10:17"; in another year only the date, "2025-11-27". "" for other text.
std::string local_time(const std::string& utc) {
  std::tm parts{};
  if (strptime(utc.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return "";
  const std::time_t then = timegm(&parts);
  const std::time_t now = std::time(nullptr);
  const int this_year = std::localtime(&now)->tm_year;
  const std::tm local = *std::localtime(&then);
  char text[32];
  std::strftime(text, sizeof text, local.tm_year == this_year ? "%m-%d %H:%M" : "%Y-%m-%d", &local);
  return text;
}

/// "3/10", or "3" where the number in all is not known.
std::string epochs_of(const RunEntry& run) {
  return std::to_string(run.epochs) + (run.epochs_in_all > 0 ? "/" + std::to_string(run.epochs_in_all) : "");
}

/// "97.85 % ", in brackets where it is not of the test set; "" where there is none.
std::string accuracy_of(const RunEntry& run) {
  if (std::isnan(run.accuracy)) return "";
  return run.measured_on == "test" ? percent(run.accuracy) + " " : "(" + percent(run.accuracy) + ")";
}

/// The state as text of 11 columns, in colour on a terminal.
std::string coloured_state(const RunEntry& run) {
  std::string text = padded(name_of(run.state), 11);
  switch (run.state) {
    case RunEntry::State::running: return green(text, Stream::out);
    case RunEntry::State::finished: return text;
    case RunEntry::State::interrupted:
    case RunEntry::State::killed: return yellow(text, Stream::out);
    case RunEntry::State::diverged:
    case RunEntry::State::unreadable: break;
  }
  return red(text, Stream::out);
}

/// What fits beside a name of that width; on a terminal that is what is left of its line.
std::string rest_of_line(const RunEntry& run, std::size_t left) {
  if (!run.problem.empty()) return shortened(shown(run.problem), left);
  return right_aligned(epochs_of(run), 7) + "  " + right_aligned(accuracy_of(run), 9) + "  " +
         right_aligned(brief_duration(run.seconds), 9) + "  " + local_time(run.started);
}

/// A name, padded to `width`; one that is wider gets a line to itself, since runs of a sweep differ only at the end.
std::string name_in(const std::string& name, std::size_t width) {
  return columns(name) <= width ? padded(name, width) : name + "\n" + std::string(width, ' ');
}

/// Prints the table of runs; names are relative to `folder`.
void print_runs(const std::vector<RunEntry>& runs, const fs::path& folder) {
  constexpr std::size_t others = 57;  // width of the other columns, with the gaps
  std::vector<std::string> names;
  std::size_t width = 3;
  for (const RunEntry& run : runs) {
    const fs::path name = run.folder == folder ? folder : run.folder.lexically_relative(folder);
    names.push_back(shown(name.string()));
    width = std::max(width, columns(names.back()));
  }
  std::size_t left = std::string::npos;
  if (is_terminal(Stream::out)) {
    const std::size_t line = std::max<std::size_t>(static_cast<std::size_t>(terminal_width()), others + 10);
    width = std::min(width, line - others);
    left = line - width - 15;
  }
  std::cout << padded("run", width) << "  state         epochs   accuracy       time  began\n";
  for (std::size_t i = 0; i < runs.size(); ++i) {
    std::cout << name_in(names[i], width) << "  " << coloured_state(runs[i]) << "  " << rest_of_line(runs[i], left)
              << '\n';
  }
  if (std::ranges::any_of(runs,
                          [](const RunEntry& run) { return !std::isnan(run.accuracy) && run.measured_on != "test"; })) {
    std::cout << "(In brackets: not of the test set, but of the best epoch's validation images,\nor of its training "
                 "images.)\n";
  }
}

void print_run_json(const RunEntry& run) {
  Json line = {{"event", "run"}, {"folder", run.folder.string()}, {"state", name_of(run.state)}};
  if (run.problem.empty()) {
    line["started"] = run.started;
    line["epochs"] = run.epochs;
    line["epochs_in_all"] = run.epochs_in_all;
    line["accuracy"] = run.accuracy;
    line["measured_on"] = run.measured_on;
    line["seconds"] = run.seconds;
  } else {
    line["problem"] = run.problem;
  }
  std::cout << json_text(line) << '\n';
}

void declare_runs(Options& options) { options.add_flag("json", "Print one JSON object a run."); }

/// Prints the runs in a folder.
int run_runs(const Options& options) {
  const bool given = !options.positional().empty();
  const fs::path folder = given ? options.positional()[0] : "runs";
  std::vector<RunEntry> runs;
  std::error_code ignored;
  if (given || fs::exists(folder, ignored)) runs = list_runs(folder);
  if (options.has("json")) {
    for (const RunEntry& run : runs) print_run_json(run);
  } else if (runs.empty()) {
    std::cout << "no runs in " << shown(folder.string()) << "; convoy train makes them\n";
  } else {
    print_runs(runs, folder);
  }
  return ok;
}

}  // namespace

const Verb runs_verb = {.name = "runs",
                        .operands = "[DIR]",
                        .help = "List the runs in a folder, and how far they are.",
                        .examples =
                            "convoy runs\n"
                            "convoy runs runs/mnist_sweep-sweep",
                        .declare = declare_runs,
                        .run = run_runs};

}  // namespace convoy::app
