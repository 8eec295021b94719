#include "data/csv_files.h"

#include <algorithm>
#include <map>
#include <system_error>
#include <vector>

#include "core/fail.h"
#include "core/file_state.h"
#include "core/text.h"
#include "data/part_names.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// A file's name in small letters, without .csv and .gz.
std::string bare_name(const fs::path& file) {
  const std::string name = lower_case(file.filename().string());
  return name.substr(0, name.rfind(".csv"));
}

/// A prefix without the separators at its end: "emnist-balanced" for "emnist-balanced-".
std::string without_separator(const std::string& prefix) {
  return prefix.substr(0, prefix.find_last_not_of("-_. ") + 1);
}

/// The CSV files of a folder, by data set.
class CsvSearch {
 public:
  /// Searches the folder. Throws Error{data} where it cannot be read.
  explicit CsvSearch(const fs::path& folder) : folder_(folder) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
      std::error_code ignored;
      if (named_as_csv(entry->path()) && entry->is_regular_file(ignored)) files_.push_back(entry->path());
    }
    if (error) fail(folder, "cannot be read: " + error.message());
    std::ranges::sort(files_);
    for (const fs::path& file : files_) add(file);
  }

  /// The data set with that prefix, or where it is empty, the only one, or the folder's only file. Throws Error{data}
  /// for an unknown prefix, several data sets, and a folder without one; `end` ends the message of the last.
  CsvFiles choose(const std::string& prefix, const std::string& end) const {
    if (const auto found = sets_.find(without_separator(lower_case(prefix))); found != sets_.end()) {
      return found->second;
    }
    if (!prefix.empty()) fail(folder_, "no data set \"" + shown(prefix) + "\" in it: " + listed());
    if (sets_.size() == 1) return sets_.begin()->second;
    if (sets_.size() > 1) fail(folder_, "several data sets, of which data.prefix chooses one: " + listed());
    if (files_.size() == 1) return {files_.front(), {}, {}, false};
    fail(folder_, "no train.csv in it, but " + std::to_string(files_.size()) + " other .csv files" +
                      (files_.empty() ? "" : "; data.path may name one of them") + end);
  }

 private:
  /// Adds a file to its data set, where it is named as one of the three parts.
  void add(const fs::path& file) {
    add_as(file, names_of_training, &CsvFiles::train);
    add_as(file, names_of_validation, &CsvFiles::validation);
    add_as(file, names_of_test, &CsvFiles::test);
  }

  /// Adds a file to its data set as this part, where its name ends with one of `names`; where the data set has such a
  /// part, adds a note that the other file is read.
  void add_as(const fs::path& file, const Texts& names, fs::path CsvFiles::*part) {
    const std::string bare = bare_name(file);
    for (const std::string& name : names) {
      if (!bare.ends_with(name)) continue;
      const std::string before = bare.substr(0, bare.size() - name.size());
      const std::string prefix = without_separator(before);
      if (!before.empty() && prefix == before) continue;  // "contest"
      CsvFiles& set = sets_[prefix];
      if ((set.*part).empty()) {
        set.*part = file;
      } else {
        set.notes.push_back(folder_.string() + ": " + (set.*part).filename().string() + " is read, not " +
                            file.filename().string());
      }
      return;
    }
  }

  /// "emnist-letters, one without a prefix", or "none".
  std::string listed() const {
    std::string names;
    for (const auto& entry : sets_) {
      names += (names.empty() ? "" : ", ") + (entry.first.empty() ? "one without a prefix" : shown(entry.first));
    }
    return names.empty() ? "none" : names;
  }

  fs::path folder_;
  std::vector<fs::path> files_;
  std::map<std::string, CsvFiles> sets_;  ///< by prefix
};

}  // namespace

bool named_as_csv(const fs::path& file) {
  const std::string name = lower_case(file.filename().string());
  return !name.starts_with('.') && (name.ends_with(".csv") || name.ends_with(".csv.gz"));
}

CsvFiles find_csv_files(const fs::path& path, const std::string& prefix, const std::string& hint) {
  const std::string end = hint.empty() ? "" : "; " + hint;
  std::error_code ignored;
  if (fs::is_regular_file(path, ignored)) return {path, {}, {}, false};
  if (const std::string why = why_no_folder(path); !why.empty()) fail(path, why + end);
  return CsvSearch(path).choose(prefix, end);
}

}  // namespace convoy
