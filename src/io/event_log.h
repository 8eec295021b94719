#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "convoy/callbacks.h"

namespace convoy {

/// How a run ended: loss and accuracy are those of the test set under the weights that were kept.
struct RunOutcome {
  double loss = 0;
  double accuracy = 0;  ///< from 0 to 1
  int best_epoch = 0;   ///< the epoch of these weights, from 1
  double seconds = 0;   ///< of training and evaluation
  double peak_rss_mb = 0;
  bool interrupted = false;
  std::string warning = {};  ///< given where training and evaluation differ greatly
};

/// The file events.jsonl: what happened in a run, one JSON object a line, flushed line by line. Each has the key
/// "event" and, except for the first and the last, the step after which it came. Numbers that are not finite become
/// null.
class EventLog {
 public:
  static constexpr std::size_t longest = 1 << 20;                           ///< bytes of a line that is read back
  static constexpr std::uintmax_t most_bytes = std::uintmax_t{256} << 20U;  ///< of a file that is read back

  explicit EventLog(std::filesystem::path file) : file_(std::move(file)) {}

  /// Each appends an event to the file and throws Error{failed} where that is not possible. `time` is ISO 8601, UTC.
  void started(const std::string& time);
  void resumed(const std::string& time, std::uint64_t step, int epoch);
  void add(const StepsLog& log);
  void add(const Diagnostics& diagnostics);
  void add(const EpochLog& log);
  void add_warning(std::uint64_t step, const std::string& message);
  void add_divergence(const std::string& message, const std::vector<double>& gradient_norms);
  void add(const RunOutcome& outcome);

  /// Rewrites the file without what a killed process recorded after its checkpoint: events after `step`, broken lines,
  /// and how an earlier part of the run ended. Throws Error{failed} where it cannot be written, Error{data} where it
  /// cannot be read or is too large.
  void drop_after(std::uint64_t step) const;

 private:
  std::filesystem::path file_;
};

}  // namespace convoy
