#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace convoy {

/// One run folder, as `convoy runs` lists it.
struct RunEntry {
  /// killed: it did not end, and no process works on it. unreadable: the folder cannot be read as a run.
  enum class State { running, finished, interrupted, diverged, killed, unreadable };

  std::filesystem::path folder;
  State state = State::unreadable;
  std::string problem = {};      ///< why it is unreadable
  std::string started = {};      ///< ISO 8601, UTC; "" where unknown
  int epochs = 0;                ///< complete ones
  int epochs_in_all = 0;         ///< as configured; 0 where unknown
  double accuracy = 0;           ///< NaN where there is none yet
  std::string measured_on = {};  ///< "test" of a run that ended, else "validation" or "training": the best epoch's
  double seconds = 0;            ///< of training
};

/// "finished"
std::string name_of(RunEntry::State state);

/// Reads all runs in a folder and in the folders below it, the latest start first. Hidden folders and links are left
/// out. Throws Error{data} for a folder that cannot be read.
std::vector<RunEntry> list_runs(const std::filesystem::path& folder);

}  // namespace convoy
