#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "convoy/callbacks.h"

namespace convoy {

/// How a run ended: the test set under the weights that it kept.
struct RunOutcome {
  double loss = 0;
  double accuracy = 0;
  int best_epoch = 0;
  double seconds = 0;
  double peak_rss_mb = 0;
  bool interrupted = false;
  std::string warning = {};  ///< where training and evaluation are far apart
};

/// events.jsonl: what happened in a run, one JSON object a line, flushed line by line. Each has the key "event" and,
/// but for the first and the last, the step after which it came. Numbers that are not finite become null.
class EventLog {
 public:
  static constexpr std::size_t longest = 1 << 20;                           ///< line that is read back, in bytes
  static constexpr std::uintmax_t most_bytes = std::uintmax_t{256} << 20U;  ///< of a file that is read back

  explicit EventLog(std::filesystem::path file) : file_(std::move(file)) {}

  /// Each throws Error{failed} where the file cannot be written.
  void started(const std::string& time);
  void resumed(const std::string& time, std::uint64_t step, int epoch);
  void add(const StepsLog& log);
  void add(const Diagnostics& diagnostics);
  void add(const EpochLog& log);
  void add_warning(std::uint64_t step, const std::string& message);
  void add_divergence(const std::string& message, const std::vector<double>& gradient_norms);
  void add(const RunOutcome& outcome);

  /// Removes what a killed process recorded after its checkpoint: events of later steps, and half a line. How an
  /// earlier part of the run ended goes as well.
  void drop_after(std::uint64_t step) const;

 private:
  std::filesystem::path file_;
};

}  // namespace convoy
