#include "data/idx_files.h"

#include <algorithm>
#include <map>
#include <optional>
#include <system_error>
#include <tuple>
#include <vector>

#include "core/fail.h"
#include "core/file_state.h"
#include "core/text.h"
#include "data/image_files.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// The parts of an idx file's name.
struct Name {
  std::string prefix;  ///< which tells the data set: "emnist-letters-"
  bool train = false;
  bool images = false;
  std::string rest;  ///< behind the prefix, in small letters, with "-" for "." and without ".gz"

  /// Whether the file is named exactly as one of MNIST's.
  bool as_mnist() const {
    return rest == "train-images-idx3-ubyte" || rest == "train-labels-idx1-ubyte" || rest == "t10k-images-idx3-ubyte" ||
           rest == "t10k-labels-idx1-ubyte";
  }
};

/// The parts of a file's name; nothing where it is not that of an idx file.
std::optional<Name> parse_idx_name(const fs::path& file) {
  std::string name = lower_case(file.filename().string());
  if (name.starts_with('.')) return std::nullopt;  // macOS leaves "._train-images-idx3-ubyte"
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  std::ranges::replace(name, '.', '-');
  for (const std::string part : {"train", "t10k", "test"}) {
    const auto at = name.find(part);
    if (at == std::string::npos) continue;
    const auto idx = name.find("idx", at);
    const bool images = name.find("images", at) < idx;
    if (idx == std::string::npos || (!images && name.find("labels", at) > idx)) return std::nullopt;
    return Name{name.substr(0, at), part == "train", images, name.substr(at)};
  }
  return std::nullopt;
}

/// A file that is named as an idx file.
struct Candidate {
  fs::path file;
  Name name;

  /// The order in which files that hold the same are preferred: first the one that is nearest to MNIST's own. Some
  /// copies have "." for "-", some are compressed, and each of Kaggle's is in a folder.
  auto order() const {
    const std::string written = file.filename().string();
    const bool nested = file.parent_path().filename() == file.filename();
    return std::tuple(!name.as_mnist(), nested, written.find(".idx") != std::string::npos, written.ends_with(".gz"),
                      written);
  }
};

/// The files of a data set by the pair Name::train, Name::images.
using Files = std::map<std::pair<bool, bool>, Candidate>;

/// The idx files of a folder, by data set.
class IdxSearch {
 public:
  /// Searches the folder. Throws Error{data} where it cannot be read or has two files for one purpose.
  explicit IdxSearch(const fs::path& folder) : folder_(folder) {
    std::vector<Candidate> candidates;
    std::error_code error;
    std::error_code ignored;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
      const auto name = parse_idx_name(entry->path());
      if (!name) continue;
      const fs::path inner = entry->path() / entry->path().filename();
      if (entry->is_regular_file(ignored)) candidates.push_back({entry->path(), *name});
      if (fs::is_regular_file(inner, ignored)) candidates.push_back({inner, *name});
    }
    if (error) fail(folder, "cannot be read: " + error.message());
    std::ranges::sort(candidates, {}, &Candidate::order);
    for (const Candidate& candidate : candidates) add(candidate);
  }

  /// The prefix of the data set that is meant by `prefix`, or where that is empty, of the one without a prefix or the
  /// only one; "" where there are none. Throws Error{data} for an unknown prefix, or several data sets.
  std::string choose(const std::string& prefix) const {
    for (const auto& [name, _] : sets_) {
      const bool meant = name == lower_case(prefix) || name == lower_case(prefix) + '-';
      if (!prefix.empty() && meant) return name;
    }
    if (!prefix.empty()) fail(folder_, "no data set \"" + prefix + "\" in it" + listed());
    if (sets_.empty() || sets_.contains("")) return "";
    if (sets_.size() == 1) return sets_.begin()->first;
    fail(folder_, "several data sets, of which data.prefix chooses one" + listed());
  }

  /// Which files of that data set are passed over, as they exist more than once.
  std::vector<std::string> notes(const std::string& prefix) const {
    const auto found = notes_.find(prefix);
    return found == notes_.end() ? std::vector<std::string>() : found->second;
  }

  /// The training or test files of that data set; empty paths where there are none.
  IdxFiles files(const std::string& prefix, bool train) const {
    const auto found = sets_.find(prefix);
    if (found == sets_.end()) return {};
    const Files& files = found->second;
    const auto file = [&](bool images) {
      const auto candidate = files.find({train, images});
      return candidate == files.end() ? fs::path() : candidate->second.file;
    };
    return {file(true), file(false)};
  }

 private:
  /// Adds a file to its data set, or a note that another is read. Throws Error{data} where it is not clear which to
  /// read.
  void add(const Candidate& candidate) {
    const Name& name = candidate.name;
    const auto [first, fresh] = sets_[name.prefix].try_emplace({name.train, name.images}, candidate);
    const Candidate& chosen = first->second;
    if (fresh) return;
    if (chosen.name.as_mnist() || chosen.name.rest == name.rest) {
      const auto within = [&](const fs::path& file) { return shown(file.lexically_relative(folder_).string()); };
      notes_[name.prefix].push_back(shown(folder_.string()) + ": " + within(chosen.file) + " is read, not " +
                                    within(candidate.file));
      return;
    }
    fail(folder_, "which of " + chosen.file.filename().string() + " and " + candidate.file.filename().string() +
                      " is meant? Leave one of them there");
  }

  /// ": emnist-letters, one without a prefix".
  std::string listed() const {
    std::string names;
    for (const auto& [name, _] : sets_) {
      const std::string prefix = name.substr(0, name.find_last_not_of('-') + 1);
      names += (names.empty() ? ": " : ", ") + (prefix.empty() ? "one without a prefix" : prefix);
    }
    return names;
  }

  fs::path folder_;
  std::map<std::string, Files> sets_;  ///< by prefix, as notes_
  std::map<std::string, std::vector<std::string>> notes_;
};

/// The first three names in a folder, or "nothing".
std::string contents_of(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 3); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return names.empty() ? "nothing" : text + (names.size() > 3 ? ", ..." : "");
}

}  // namespace

void refuse_missing(const fs::path& folder, const std::string& name, const std::string& hint) {
  const bool has_folders = !subfolders(folder).empty();
  fail(folder, "no " + name + " or " + name + ".gz in it, but " + contents_of(folder) +
                   (has_folders ? "; for class folders of images: data.dataset = \"image_folder\"" : "") +
                   (hint.empty() ? "" : "; " + hint));
}

IdxFolder find_idx_files(const fs::path& folder, const std::string& prefix, const std::string& hint) {
  const std::string end = hint.empty() ? "" : "; " + hint;
  if (const std::string why = why_no_folder(folder); !why.empty()) fail(folder, why + end);
  const IdxSearch search(folder);
  const std::string chosen = search.choose(prefix);
  IdxFolder found{chosen, search.files(chosen, true), search.files(chosen, false), search.notes(chosen)};
  for (const auto& [files, name] :
       {std::pair(&found.train, chosen + "train"), std::pair(&found.test, chosen + "t10k")}) {
    if (files->images.empty() == files->labels.empty()) continue;
    refuse_missing(folder, name + (files->images.empty() ? "-images-idx3-ubyte" : "-labels-idx1-ubyte"), hint);
  }
  return found;
}

}  // namespace convoy
