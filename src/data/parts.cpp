#include "data/parts.h"

#include <algorithm>

namespace convoy {
namespace {

/// Whether the test part is read and no other.
bool reads_test_alone(const DataParts& parts, Need need) {
  if (need == Need::evaluation) return parts.divided;
  return need == Need::test && parts.test.exists();
}

/// The parts to be read; null for the others.
struct Chosen {
  const DataPart* train = nullptr;
  const DataPart* validation = nullptr;
  const DataPart* test = nullptr;
};

/// The parts that are needed and exist.
Chosen chosen_parts(const DataParts& parts, Need need) {
  const auto there = [](const DataPart& part) { return part.exists() ? &part : nullptr; };
  Chosen chosen;
  if (!reads_test_alone(parts, need)) {
    chosen.train = there(parts.train);
    chosen.validation = there(parts.validation);
  }
  if (need != Need::training) chosen.test = there(parts.test);
  return chosen;
}

}  // namespace

FoundParts read_parts(const DataParts& parts, Need need) {
  const Chosen chosen = chosen_parts(parts, need);
  const bool test_alone = reads_test_alone(parts, need);
  if (!test_alone && chosen.train == nullptr) parts.refuse_missing("train");
  if (test_alone && chosen.test == nullptr) parts.refuse_missing("test");
  FoundParts found{.splits = {}, .divided = parts.divided, .has_test = parts.test.exists()};
  found.splits.notes = parts.notes;
  Texts again;
  const auto read = [&](const DataPart* part, Texts& notes) { return part == nullptr ? Dataset() : part->read(notes); };
  found.splits.train = read(chosen.train, found.splits.notes);
  found.splits.validation = read(chosen.validation, again);
  found.splits.test = read(chosen.test, test_alone ? found.splits.notes : again);
  return found;
}

std::vector<std::filesystem::path> files_of_parts(const DataParts& parts, Need need) {
  const Chosen chosen = chosen_parts(parts, need);
  std::vector<std::filesystem::path> files;
  for (const DataPart* part : {chosen.test, chosen.train, chosen.validation}) {
    if (part != nullptr) files.insert(files.end(), part->files.begin(), part->files.end());
  }
  std::ranges::sort(files);
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

}  // namespace convoy
