#include "sweep_progress.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <numeric>

#include "convoy/foreign_text.h"
#include "convoy/number_text.h"
#include "terminal.h"

namespace convoy::app {
namespace {

using State = SweepRun::State;

/// Text in exactly `width` columns: padded with spaces, or shortened.
std::string column(const std::string& text, std::size_t width) { return padded(shortened(shown(text), width), width); }

const char* name_of(State state) {
  switch (state) {
    case State::waiting: return "waiting";
    case State::running: return "running";
    case State::finished: return "finished";
    case State::diverged: return "diverged";
    case State::interrupted: return "saved";
  }
  return "";
}

/// The share of a run's batches that are done.
double share_done(const BatchLog& log) {
  return (log.epoch - 1 + static_cast<double>(log.batch) / log.batches) / log.epochs;
}

/// Colours the last occurrence of a word in the line red.
void redden(std::string& line, const std::string& word) {
  const auto at = line.rfind(word);
  if (at != std::string::npos) line.replace(at, word.size(), red(word));
}

constexpr std::size_t fixed_width = 59;  ///< columns of a line without its label

std::string heading(std::size_t label_width) {
  return "run  " + column("setting", label_width) + "  seed  state        loss  valid. %    test %     left";
}

/// "12 s", "4:05", "1:02:03"
std::string clock(double seconds) {
  const auto whole = static_cast<long long>(seconds);
  if (whole < 60) return std::to_string(whole) + " s";
  const auto two = [](long long number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  if (whole < 3600) return std::to_string(whole / 60) + ":" + two(whole % 60);
  return std::to_string(whole / 3600) + ":" + two(whole / 60 % 60) + ":" + two(whole % 60);
}

/// "3/10" epochs for a run that trains; for another its state.
std::string state_of(const SweepRun& run, const BatchLog& batch) {
  if (run.state != State::running || batch.epochs == 0) return name_of(run.state);
  return std::to_string(batch.epoch) + "/" + std::to_string(batch.epochs);
}

}  // namespace

std::string text(const SweepPlan& plan, std::size_t run, const SweepRun& ended) {
  const std::string runs = std::to_string(plan.settings.size() * static_cast<std::size_t>(plan.seeds));
  std::string line = "run " + std::to_string(run + 1) + "/" + runs + " " + shown(plan.settings[ended.setting].label) +
                     ", seed " + std::to_string(ended.seed) + ": ";
  if (ended.state == State::diverged) return line + "diverged in epoch " + std::to_string(ended.epochs + 1);
  if (ended.state == State::interrupted) return line + "interrupted and saved";
  return line + "test accuracy " + percent(ended.accuracy) + ", loss " + fixed(ended.loss, 4) + ", " +
         duration(ended.seconds);
}

SweepProgress::SweepProgress(const SweepPlan& plan, bool quiet)
    : plan_(plan), quiet_(quiet), table_(!quiet && stderr_is_terminal()) {
  catch_interrupt();
}

SweepProgress::~SweepProgress() { erase(); }

void SweepProgress::on_start(const std::vector<SweepRun>& runs) {
  for (const SweepRun& run : runs) rows_.push_back({.run = run});
  const auto kept = std::ranges::count_if(runs, &SweepRun::kept);
  if (quiet_ || kept == 0) return;
  std::cerr << kept << " of " << runs.size() << " runs are there already and are kept\n" << std::flush;
}

void SweepProgress::on_run_begin(std::size_t run, const SweepRun& begun) {
  rows_[run].run = begun;
  rows_[run].begun = Clock::now();
  draw_if_due();
}

bool SweepProgress::on_batch_end(std::size_t run, const BatchLog& log) {
  Row& row = rows_[run];
  row.batch = log;
  if (row.first_share < 0) {
    row.first_share = share_done(log);
    row.begun = Clock::now();
  }
  draw_if_due();
  return !interrupt_requested();
}

void SweepProgress::on_epoch_end(std::size_t run, const EpochLog& log) { rows_[run].epoch = log; }

void SweepProgress::on_note(const std::string& note) {
  erase();
  print_notes({note});
}

bool SweepProgress::on_evaluation(std::size_t, const EvaluationLog&) {
  draw_if_due();
  return !interrupt_requested();
}

void SweepProgress::on_warning(std::size_t run, const std::string& message) {
  erase();
  print_warning("run " + std::to_string(run + 1) + ": " + message);
}

void SweepProgress::on_run_end(std::size_t run, const SweepRun& ended) {
  rows_[run].run = ended;
  if (table_) {
    draw();
  } else if (!quiet_) {
    std::cerr << text(plan_, run, ended) << '\n' << std::flush;
  }
}

void SweepProgress::draw_if_due() {
  if (table_ && Clock::now() - last_drawn_ > std::chrono::milliseconds(100)) draw();
}

std::vector<std::size_t> SweepProgress::visible(std::size_t room) const {
  const auto is_running = [&](std::size_t i) { return rows_[i].run.state == State::running; };
  std::vector<std::size_t> order(rows_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto first_running = std::ranges::find_if(order, is_running);
  const auto middle = first_running == order.end() ? rows_.size() : *first_running;
  const auto distance = [&](std::size_t i) { return is_running(i) ? 0 : i < middle ? middle - i : i - middle; };
  std::ranges::stable_sort(order, {}, distance);
  order.resize(std::min(room, order.size()));
  std::ranges::sort(order);
  return order;
}

std::string SweepProgress::line(std::size_t number, std::size_t label_width) const {
  const auto& [run, batch, epoch, first_share, begun] = rows_[number];
  std::string loss, validation, test, left;
  if (batch.epochs > 0) loss = fixed(batch.loss, 4);
  if (epoch.has_validation) validation = fixed(100 * epoch.validation_accuracy, 2);
  if (run.state == State::finished) test = fixed(100 * run.accuracy, 2);
  const double done = batch.epochs > 0 ? share_done(batch) : 0;
  if (run.state == State::running && done > first_share && first_share >= 0) {
    const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
    left = clock(seconds * (1 - done) / (done - first_share));
  }
  return right_aligned(std::to_string(number + 1), 3) + "  " + column(plan_.settings[run.setting].label, label_width) +
         "  " + right_aligned(std::to_string(run.seed), 4) + "  " + column(state_of(run, batch), 8) + "  " +
         right_aligned(loss, 7) + "  " + right_aligned(validation, 8) + "  " + right_aligned(test, 8) + "  " +
         right_aligned(left, 7);
}

std::string SweepProgress::totals() const {
  const auto count = [&](State state) {
    return std::to_string(std::ranges::count_if(rows_, [&](const Row& row) { return row.run.state == state; }));
  };
  std::string line = count(State::finished) + " of " + std::to_string(rows_.size()) + " finished, ";
  if (count(State::diverged) != "0") line += count(State::diverged) + " diverged, ";
  return line + count(State::running) + " running, " + count(State::waiting) + " waiting";
}

void SweepProgress::draw() {
  last_drawn_ = Clock::now();
  const auto width = static_cast<std::size_t>(std::max(1, terminal_width() - 1));
  const auto room = static_cast<std::size_t>(std::max(1, terminal_height() - 3));
  std::size_t label_width = 7;
  for (const auto& setting : plan_.settings) label_width = std::max(label_width, columns(shown(setting.label)));
  label_width = std::min(label_width, std::max<std::size_t>(12, width - std::min(width, fixed_width)));
  std::vector<std::string> lines = {column(heading(label_width), width)};
  for (const std::size_t number : visible(room)) {
    lines.push_back(column(line(number, label_width), width));
    if (rows_[number].run.state == State::diverged) redden(lines.back(), name_of(State::diverged));
  }
  lines.push_back(column(totals(), width));
  erase();
  for (const std::string& text : lines) std::cerr << text << "\n";
  std::cerr << std::flush;
  drawn_lines_ = lines.size();
}

void SweepProgress::erase() {
  if (drawn_lines_ > 0) std::cerr << "\033[" << drawn_lines_ << "A\r\033[J";
  drawn_lines_ = 0;
}

}  // namespace convoy::app
