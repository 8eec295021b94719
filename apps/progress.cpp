#include "progress.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "convoy/foreign_text.h"
#include "terminal.h"

namespace convoy::app {

Progress::Progress(bool quiet) : quiet_(quiet), bar_(!quiet && stderr_is_terminal()) { catch_interrupt(); }

Progress::~Progress() { erase(); }

bool Progress::on_batch_end(const BatchLog& log) {
  epochs_ = log.epochs;
  const auto now = std::chrono::steady_clock::now();
  const bool due = now - last_drawn_ > std::chrono::milliseconds(100) || log.batch == log.batches;
  if (bar_ && due) {
    last_drawn_ = now;
    draw(log);
  }
  return !interrupt_requested();
}

void Progress::draw(const BatchLog& log) {
  const double speed = log.images / log.seconds;
  const double left = log.seconds / log.batch * (log.batches - log.batch);
  const std::string head = "epoch " + std::to_string(log.epoch) + "/" + std::to_string(log.epochs) + " ";
  const std::string tail = " " + fixed(speed, 0) + " images/s  loss " + fixed(log.loss, 4) + "  accuracy " +
                           percent(log.accuracy) + "  " + duration(left) + " left";
  const int room = terminal_width() - static_cast<int>(head.size() + tail.size()) - 3;
  std::string line = head;
  if (room >= 5) {
    const int width = std::min(room, 40);
    const int done = width * log.batch / log.batches;
    line += "[" + std::string(static_cast<std::size_t>(done), '=') +
            std::string(static_cast<std::size_t>(width - done), ' ') + "]";
  }
  line = (line + tail).substr(0, static_cast<std::size_t>(std::max(1, terminal_width() - 1)));
  std::cerr << '\r' << line << "\033[K" << std::flush;
  drawn_ = true;
}

void Progress::erase() {
  if (drawn_) std::cerr << "\r\033[K" << std::flush;
  drawn_ = false;
}

bool Progress::on_epoch_end(const EpochLog& log) {
  if (quiet_) return !interrupt_requested();
  std::string line = "epoch " + std::to_string(log.epoch) + "/" + std::to_string(epochs_) + ": loss " +
                     fixed(log.loss, 4) + ", accuracy " + percent(log.accuracy);
  if (log.has_validation)
    line += ", validation loss " + fixed(log.validation_loss, 4) + ", accuracy " + percent(log.validation_accuracy);
  line += ", " + duration(log.seconds) + ", " + fixed(log.images_per_second, 0) + " images/s";
  erase();
  std::cerr << line << '\n' << std::flush;
  return !interrupt_requested();
}

void Progress::on_note(const std::string& note) {
  erase();
  print_notes({note});
}

void Progress::on_warning(const std::string& message) {
  erase();
  std::cerr << yellow("warning: ") << shown_lines(message) << '\n' << std::flush;
}

bool Progress::wants_checkpoint() { return take_checkpoint_request(); }

bool JsonEpochs::on_epoch_end(const EpochLog& log) {
  nlohmann::ordered_json line = {
      {"event", "epoch"}, {"epoch", log.epoch}, {"loss", log.loss}, {"accuracy", log.accuracy}};
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
