#include "progress.h"

#include <algorithm>
#include <iostream>

#include "convoy/foreign_text.h"
#include "convoy/number_text.h"
#include "json.h"
#include "run_setup.h"
#include "terminal.h"

namespace convoy::app {
namespace {

/// The line of an epoch, at most 80 columns: the speed is left out where it does not fit.
std::string line_of(const EpochLog& log, int epochs) {
  constexpr std::size_t columns = 80;
  std::string line = "epoch " + std::to_string(log.epoch) + "/" + std::to_string(epochs) + ": loss " +
                     fixed(log.loss, 4) + " acc " + percent(log.accuracy);
  if (log.has_validation) line += ", val " + fixed(log.validation_loss, 4) + " " + percent(log.validation_accuracy);
  line += ", " + duration(log.seconds);
  const std::string speed = ", " + fixed(log.images_per_second, 0) + " im/s";
  return line.size() + speed.size() > columns ? line : line + speed;
}

}  // namespace

Progress::Progress(bool quiet, bool head) : quiet_(quiet), head_(head && !quiet), bar_(!quiet && stderr_is_terminal()) {
  catch_interrupt();
}

Progress::~Progress() { erase(); }

void Progress::on_run_begin(const RunStart& run) {
  epochs_ = run.epochs;
  epoch_ = run.epochs_done + 1;
  if (!head_) return;
  std::cerr << "data    " << shown(run.setup.data) << "\nsamples " << samples_text(run.setup) << "\nnetwork "
            << network_text(run.setup) << "\nthreads " << run.threads << ", " << run.isa << "\nrun     "
            << shown(run.folder.string());
  if (run.epochs_done > 0) std::cerr << ", after epoch " << run.epochs_done << " of " << run.epochs;
  std::cerr << '\n' << std::flush;
}

bool Progress::is_due(bool last) {
  const auto now = std::chrono::steady_clock::now();
  if (!bar_ || (now - last_drawn_ <= std::chrono::milliseconds(100) && !last)) return false;
  last_drawn_ = now;
  return true;
}

bool Progress::on_batch_end(const BatchLog& log) {
  epoch_ = log.epoch;
  if (is_due(log.batch == log.batches)) {
    const double left = log.seconds / log.batch * (log.batches - log.batch);
    draw("epoch " + std::to_string(log.epoch) + "/" + std::to_string(log.epochs) + " ",
         static_cast<double>(log.batch) / log.batches,
         " " + fixed(log.images / log.seconds, 0) + " im/s  loss " + fixed(log.loss, 4) + " acc " +
             percent(log.accuracy) + "  " + duration(left) + " left");
  }
  return !interrupt_requested();
}

bool Progress::on_evaluation(const EvaluationLog& log) {
  if (is_due(log.done == log.samples)) {
    const bool within = log.split == "validation";
    draw(within ? "epoch " + std::to_string(epoch_) + "/" + std::to_string(epochs_) + " " : "",
         static_cast<double>(log.done) / log.samples,
         " " + log.split + " " + std::to_string(log.done) + " of " + std::to_string(log.samples));
  }
  return !interrupt_requested();
}

void Progress::draw(const std::string& head, double share, const std::string& tail) {
  const int room = terminal_width() - static_cast<int>(head.size() + tail.size()) - 3;
  std::string line = head;
  if (room >= 5) {
    const int width = std::min(room, 40);
    const int done = static_cast<int>(width * share);
    line += "[" + std::string(static_cast<std::size_t>(done), '=') +
            std::string(static_cast<std::size_t>(width - done), ' ') + "]";
  }
  line = (line + tail).substr(0, static_cast<std::size_t>(std::max(1, terminal_width() - 1)));
  std::cerr << '\r' << line << "\033[K" << std::flush;
  drawn_ = true;
}

void Progress::erase() {
  // At Ctrl-C the terminal has written ^C behind the bar, perhaps onto the next line.
  if (drawn_) std::cerr << (interrupt_requested() ? "\n" : "\r\033[K") << std::flush;
  drawn_ = false;
}

bool Progress::on_epoch_end(const EpochLog& log) {
  if (quiet_) return !interrupt_requested();
  erase();
  std::cerr << line_of(log, epochs_) << '\n' << std::flush;
  return !interrupt_requested();
}

void Progress::on_note(const std::string& note) {
  erase();
  print_notes({note});
}

void Progress::on_warning(const std::string& message) {
  erase();
  print_warning(message);
}

bool Progress::wants_checkpoint() { return take_checkpoint_request(); }

bool JsonEpochs::on_epoch_end(const EpochLog& log) {
  Json line = {{"event", "epoch"}, {"epoch", log.epoch}, {"loss", log.loss}, {"accuracy", log.accuracy}};
  if (log.has_validation) {
    line["validation_loss"] = log.validation_loss;
    line["validation_accuracy"] = log.validation_accuracy;
  }
  line["learning_rate"] = log.learning_rate;
  line["seconds"] = log.seconds;
  line["images_per_second"] = log.images_per_second;
  std::cout << json_text(line) << std::endl;
  return true;
}

}  // namespace convoy::app
